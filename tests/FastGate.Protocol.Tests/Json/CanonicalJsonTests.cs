using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FastGate.Protocol.Json;

namespace FastGate.Protocol.Tests.Json;

public class CanonicalJsonTests
{
    private readonly CanonicalJson _hasher = new();

    [Theory]
    [InlineData("""{"a":1,"b":2}""", """ { "b" : 2 , "a" : 1 } """)]
    [InlineData("""{"a":{"x":[1,{"p":1,"q":2}],"y":null}}""", "{\"a\":{\"y\":null,\r\n\t\"x\":[1,\n{\"q\":2,\"p\":1}]}}")]
    [InlineData("""{"":0,"a":"","ab":" spaced "}""", """{"ab":" spaced ","":0,"a":""}""")]
    [InlineData("[]", " [ ] ")]
    [InlineData("""{"quote":"\"","backslash":"\\"}""", """{"backslash":"\\", "quote":"\""}""")]
    public void White_space_and_order_of_members_do_not_count(string one, string other) => Assert.Equal(Hash(one), Hash(other));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":2}""")]
    [InlineData("""{"a":1}""", """{"a":1.0}""")]
    [InlineData("""{"a":1}""", """{"a":"1"}""")]
    [InlineData("""{"a":"é"}""", """{"a":"\u00e9"}""")]
    [InlineData("""{"a":"x y"}""", """{"a":"xy"}""")]
    [InlineData("[1,2]", "[2,1]")]
    [InlineData("[12]", "[1,2]")]
    [InlineData("""{"a":{"b":1},"c":2}""", """{"a":{"b":1,"c":2}}""")]
    [InlineData("""{"a":[{"b":1}]}""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":1,"b":2}""", """{"a":2,"b":1}""")]
    [InlineData("""{"a":null}""", "{}")]
    public void Anything_else_counts(string one, string other) => Assert.NotEqual(Hash(one), Hash(other));

    [Fact]
    public void Members_of_the_same_name_keep_their_order()
    {
        Assert.NotEqual(Hash("""{"a":1,"a":2}"""), Hash("""{"a":2,"a":1}"""));
        Assert.Equal(Hash("""{"b":0,"a":1,"a":2}"""), Hash("""{"a":1,"b":0,"a":2}"""));
        Assert.NotEqual(Hash("""{"a":1,"\u0061":2}"""), Hash("""{"\u0061":2,"a":1}"""));
    }

    [Fact]
    public void Omitted_members_count_nowhere_but_at_the_top()
    {
        byte[][] omitted = ["stream"u8.ToArray(), "stream_options"u8.ToArray()];
        byte[] plain = Hash("""{"a":{"stream":1}}""", omitted);
        Assert.Equal(plain, Hash("""{"stream":true,"a":{"stream":1},"stream_options":{"include_usage":true}}""", omitted));
        Assert.NotEqual(plain, Hash("""{"a":{"stream":2}}""", omitted));
        Assert.NotEqual(plain, Hash("""{"a":{"stream":1},"streams":1}""", omitted));
    }

    [Fact]
    public void Prefix_is_told_from_the_text()
    {
        Assert.NotEqual(Hash("[1]", prefix: "[1"), Hash("[1]", prefix: ""));
        Assert.NotEqual(Hash("[1]", prefix: "a"), Hash("[1]", prefix: "b"));
        Assert.NotEqual(HashOctets("bc", "a"), HashOctets("c", "ab"));
    }

    [Fact]
    public void Text_nested_too_deep_is_refused_and_leaves_nothing_behind()
    {
        string deep = new string('[', CanonicalJson.MaxDepth + 1) + new string(']', CanonicalJson.MaxDepth + 1);
        Assert.False(_hasher.TryHash(default, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(deep)), null, new byte[32]));
        Assert.Equal(new CanonicalJsonTests().Hash("[1]"), Hash("[1]"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Agrees_with_a_slow_canonical_writer(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 400; round++)
        {
            object? value = round % 10 == 0 ? RandomJson.Value(random, 2, 40) : RandomJson.Value(random, round % 5 == 1 ? 6 : 3, 5);
            byte[] text = Encoding.UTF8.GetBytes(RandomJson.Write(value, random));
            byte[] expected = SHA256.HashData([0, 0, 0, 0, .. Canonical(text)]);
            string at = $"seed {seed}, round {round}: {Encoding.UTF8.GetString(text)}";
            Assert.True(expected.AsSpan().SequenceEqual(Hash(new ReadOnlySequence<byte>(text))), at);
            Assert.True(expected.AsSpan().SequenceEqual(Hash(Segments.CutAtRandom(text, random))), at);
            byte[] again = Encoding.UTF8.GetBytes(RandomJson.Write(value, random));
            Assert.True(expected.AsSpan().SequenceEqual(Hash(new ReadOnlySequence<byte>(again))), at);
        }
    }

    [Fact]
    public void Text_larger_than_the_buffer_hashes_like_the_oracle()
    {
        string text = $$"""{"b":"{{new string('x', 100_000)}}","a":[{{string.Join(", ", Enumerable.Range(0, 20_000))}}]}""";
        byte[] octets = Encoding.UTF8.GetBytes(text);
        Assert.Equal(SHA256.HashData([0, 0, 0, 0, .. Canonical(octets)]), Hash(Segments.Cut(octets, [.. Enumerable.Range(1, octets.Length / 4096).Select(i => i * 4096)])));
        Assert.Equal(SHA256.HashData([0, 0, 0, 0, .. Canonical("[1]"u8.ToArray())]), Hash("[1]"));
    }

    [Fact]
    public void Text_of_a_usual_size_allocates_nothing()
    {
        byte[] text = Encoding.UTF8.GetBytes("""{"model":"chat","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why is the sky blue?"}],"temperature":0.2}""");
        var sequence = new ReadOnlySequence<byte>(text);
        byte[] hash = new byte[32];
        for (int i = 0; i < 100; i++)
        {
            _hasher.TryHash("scope"u8, sequence, null, hash);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            _hasher.TryHash("scope"u8, sequence, null, hash);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private byte[] Hash(string json, byte[][]? omitted = null, string prefix = "")
    {
        byte[] hash = new byte[32];
        Assert.True(_hasher.TryHash(Encoding.UTF8.GetBytes(prefix), new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(json)), omitted, hash));
        return hash;
    }

    private byte[] Hash(in ReadOnlySequence<byte> json)
    {
        byte[] hash = new byte[32];
        Assert.True(_hasher.TryHash(default, json, null, hash));
        return hash;
    }

    private byte[] HashOctets(string octets, string prefix)
    {
        byte[] hash = new byte[32];
        _hasher.HashOctets(Encoding.UTF8.GetBytes(prefix), new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(octets)), hash);
        return hash;
    }

    // The same form by way of a document tree: every token as written, members by name.
    private static byte[] Canonical(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var text = new StringBuilder();
        Write(document.RootElement, text);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Write(JsonElement element, StringBuilder text)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                IEnumerable<(string Name, JsonElement Value)> members = element.EnumerateObject().Select(p => (p.Name, p.Value));
                text.Append('{').AppendJoin(',', members
                    .OrderBy(m => $"\"{m.Name}\"", Comparer<string>.Create((a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b))))
                    .Select(m => $"\"{m.Name}\":{Text(m.Value)}")).Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[').AppendJoin(',', element.EnumerateArray().Select(Text)).Append(']');
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    private static string Text(JsonElement element)
    {
        var text = new StringBuilder();
        Write(element, text);
        return text.ToString();
    }
}

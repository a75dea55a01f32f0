using System.Buffers;
using System.Text;
using FastGate.Protocol.Json;

namespace FastGate.Protocol.Tests.Json;

public sealed class RequestScannerTests
{
    public static TheoryData<string> Bodies => [.. RequestBodies.All];

    [Fact]
    public void Chat_request_gives_its_facts()
    {
        RequestScanner scanner = Scan(RequestBodies.Chat);
        Assert.Equal(ScanErrorKind.None, scanner.Error.Kind);
        Assert.True(scanner.HasModel);
        Assert.Equal("gpt-4o", Encoding.UTF8.GetString(scanner.Model));
        Assert.Equal("\"gpt-4o\"", Slice(RequestBodies.Chat, scanner.ModelRange));
        Assert.True(scanner.Stream);
        Assert.True(scanner.IncludeUsage);
        Assert.Equal(256, scanner.MaxTokens);
        Assert.Equal("\"u-1\"", Slice(RequestBodies.Chat, scanner.User));
        Assert.Equal("""{"team":"a","n":{"model":1}}""", Slice(RequestBodies.Chat, scanner.Metadata));
        Assert.False(scanner.HasTools);
        Assert.False(scanner.HasMultipleChoices);
        string[] inputs = ["system", """You are \"helpful\".\n""", "user", "Grüße 👋"];
        Assert.Equal(inputs.Sum(Encoding.UTF8.GetByteCount), scanner.InputBytes);
        Assert.Equal(0, scanner.MediaBytes);
        Assert.Equal(Encoding.UTF8.GetByteCount(RequestBodies.Chat), scanner.TotalBytes);
    }

    [Fact]
    public void Escaped_key_and_model_are_seen_through()
    {
        RequestScanner scanner = Scan(RequestBodies.Responses);
        Assert.Equal("os😀", Encoding.UTF8.GetString(scanner.Model));
        Assert.Equal("""
            "o\u0073\ud83d\ude00"
            """, Slice(RequestBodies.Responses, scanner.ModelRange));
        Assert.False(scanner.Stream);
        Assert.True(scanner.HasMultipleChoices);
        Assert.True(scanner.HasTools);
        Assert.Equal(16, scanner.MaxTokens);
        Assert.Equal("data:image/png;base64,AAAA".Length, scanner.MediaBytes);
        Assert.Equal("user".Length + "input_image".Length + "short".Length, scanner.InputBytes);
    }

    [Fact]
    public void Chain_of_the_request_is_located()
    {
        RequestScanner scanner = Scan(RequestBodies.Fallbacks);
        Assert.Equal("""["a/b","c/d"]""", Slice(RequestBodies.Fallbacks, scanner.Fallbacks));
        Assert.Equal(JsonKind.Array, scanner.Fallbacks.Kind);
        Assert.True(scanner.Models.IsPresent);
        Assert.False(scanner.Models.HasValue);
        Assert.False(scanner.User.IsPresent);
        Assert.True(scanner.HasResponseFormat);
        Assert.False(scanner.HasAudio);
        Assert.False(scanner.HasMultipleChoices);
    }

    [Fact]
    public void Missing_model_is_a_fact_not_an_error()
    {
        RequestScanner scanner = Scan("{}");
        Assert.Equal(ScanErrorKind.None, scanner.Error.Kind);
        Assert.False(scanner.HasModel);
        Assert.True(scanner.Model.IsEmpty);
        Assert.Equal(-1, scanner.MaxTokens);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Any_split_gives_the_same_facts(string body)
    {
        byte[] octets = Encoding.UTF8.GetBytes(body);
        var scanner = new RequestScanner();
        Assert.Equal(ScanStatus.Ok, scanner.Scan(new ReadOnlySequence<byte>(octets)));
        var whole = ScannedFacts.Of(scanner);
        for (int first = 0; first <= octets.Length; first++)
        {
            // Far, near and every third distance: all pairs would take the square of the length.
            for (int second = first; second <= octets.Length; second += second < first + 12 ? 1 : 31)
            {
                Assert.Equal(ScanStatus.Ok, scanner.Scan(Segments.Cut(octets, first, second)));
                Assert.Equal(whole, ScannedFacts.Of(scanner));
            }
        }

        scanner.Reset();
        foreach (byte octet in octets)
        {
            Assert.True(scanner.Feed([octet]));
        }

        Assert.True(scanner.Complete());
        Assert.Equal(whole, ScannedFacts.Of(scanner));
    }

    [Theory]
    [InlineData("", ScanErrorKind.InvalidJson, RequestField.None, 0)]
    [InlineData("  ", ScanErrorKind.InvalidJson, RequestField.None, 2)]
    [InlineData("{", ScanErrorKind.InvalidJson, RequestField.None, 1)]
    [InlineData("{}x", ScanErrorKind.InvalidJson, RequestField.None, 2)]
    [InlineData("{} {}", ScanErrorKind.InvalidJson, RequestField.None, 3)]
    [InlineData("{\"a\":1,}", ScanErrorKind.InvalidJson, RequestField.None, 7)]
    [InlineData("{\"a\":[1,]}", ScanErrorKind.InvalidJson, RequestField.None, 8)]
    [InlineData("{\"a\":01}", ScanErrorKind.InvalidJson, RequestField.None, 6)]
    [InlineData("{\"a\":\"\n\"}", ScanErrorKind.InvalidJson, RequestField.None, 6)]
    [InlineData("{\"a\":\"\\x\"}", ScanErrorKind.InvalidJson, RequestField.None, 7)]
    [InlineData("{\"a\":nul}", ScanErrorKind.InvalidJson, RequestField.None, 8)]
    [InlineData("{'a':1}", ScanErrorKind.InvalidJson, RequestField.None, 1)]
    [InlineData("\uFEFF{}", ScanErrorKind.InvalidJson, RequestField.None, 0)]
    [InlineData("[]", ScanErrorKind.NotAnObject, RequestField.None, 0)]
    [InlineData(" \"x\"", ScanErrorKind.NotAnObject, RequestField.None, 1)]
    [InlineData("{\"model\":\"a\",\"model\":\"b\"}", ScanErrorKind.DuplicateKey, RequestField.Model, 13)]
    [InlineData("{\"model\":\"a\",\"mod\\u0065l\":\"b\"}", ScanErrorKind.DuplicateKey, RequestField.Model, 13)]
    [InlineData("{\"stream\":true,\"stre\\u0061m\":false}", ScanErrorKind.DuplicateKey, RequestField.Stream, 15)]
    [InlineData("{\"stream_options\":{\"include_usage\":true,\"include_usage\":true}}", ScanErrorKind.DuplicateKey, RequestField.IncludeUsage, 40)]
    [InlineData("{\"model\":1}", ScanErrorKind.WrongType, RequestField.Model, 9)]
    [InlineData("{\"model\":null}", ScanErrorKind.WrongType, RequestField.Model, 9)]
    [InlineData("{\"stream\":\"true\"}", ScanErrorKind.WrongType, RequestField.Stream, 10)]
    [InlineData("{\"stream_options\":[]}", ScanErrorKind.WrongType, RequestField.StreamOptions, 18)]
    [InlineData("{\"stream_options\":{\"include_usage\":1}}", ScanErrorKind.WrongType, RequestField.IncludeUsage, 35)]
    [InlineData("{\"model\":\"\"}", ScanErrorKind.EmptyModel, RequestField.Model, 9)]
    [InlineData("{\"model\":\"\\ud800\"}", ScanErrorKind.InvalidUtf8, RequestField.Model, 9)]
    [InlineData("{\"model\":\"\\ud800x\"}", ScanErrorKind.InvalidUtf8, RequestField.Model, 9)]
    [InlineData("{\"model\":\"\\udc00\"}", ScanErrorKind.InvalidUtf8, RequestField.Model, 9)]
    public void Bad_body_is_refused_with_kind_place_and_member(string body, ScanErrorKind kind, RequestField field, long offset)
    {
        byte[] octets = Encoding.UTF8.GetBytes(body);
        var scanner = new RequestScanner();
        for (int split = 0; split <= octets.Length; split++)
        {
            Assert.Equal(ScanStatus.Failed, scanner.Scan(Segments.Cut(octets, split)));
            Assert.Equal(new ScanError(kind, offset, field), scanner.Error);
        }

        Assert.Contains($"byte {offset}", scanner.Error.Describe(), StringComparison.Ordinal);
        Assert.Contains(scanner.Error.FieldName.Split('.')[^1], scanner.Error.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Malformed_utf8_in_the_model_is_refused_and_elsewhere_passes()
    {
        var scanner = new RequestScanner();
        byte[] inModel = [.. "{\"model\":\"a"u8, 0xC0, 0x80, .. "\"}"u8];
        Assert.Equal(ScanStatus.Failed, scanner.Scan(new ReadOnlySequence<byte>(inModel)));
        Assert.Equal(ScanErrorKind.InvalidUtf8, scanner.Error.Kind);
        byte[] elsewhere = [.. "{\"prompt\":\"a"u8, 0xC0, 0x80, .. "\"}"u8];
        Assert.Equal(ScanStatus.Ok, scanner.Scan(new ReadOnlySequence<byte>(elsewhere)));
    }

    [Theory]
    [InlineData(256, ScanErrorKind.None)]
    [InlineData(257, ScanErrorKind.ModelTooLong)]
    public void Model_is_bounded_after_unescaping(int length, ScanErrorKind expected)
    {
        string model = string.Concat(Enumerable.Repeat("\\u0061", length));
        Assert.Equal(expected, Scan($$"""{"model":"{{model}}"}""").Error.Kind);
        Assert.Equal(expected, Scan($$"""{"model":"{{new string('a', length)}}"}""").Error.Kind);
    }

    [Theory]
    [InlineData(128, ScanErrorKind.None)]
    [InlineData(129, ScanErrorKind.TooDeep)]
    public void Depth_is_bounded(int depth, ScanErrorKind expected)
    {
        string body = "{\"a\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}";
        Assert.Equal(expected, Scan(body).Error.Kind);
    }

    [Fact]
    public void Members_of_the_same_name_deeper_down_are_not_the_requests()
    {
        RequestScanner scanner = Scan("""{"x":{"model":"no","stream":true},"y":[{"model":"no"}],"messages":[{"model":"a","model":"b"}]}""");
        Assert.Equal(ScanErrorKind.None, scanner.Error.Kind);
        Assert.False(scanner.HasModel);
        Assert.False(scanner.Stream);
    }

    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"a":1,"b":2}""")]
    [InlineData("""{"fallbacks":[1]}""", "{}")]
    [InlineData("""{ "fallbacks":[1], "models":null }""", "{  }")]
    [InlineData("""{"fallbacks":[1],"a":1,"models":"x"}""", """{"a":1}""")]
    [InlineData("""{"fallbacks":[1],"models":"x","a":1}""", """{"a":1}""")]
    [InlineData("""{"a":1,"models":{"fallbacks":[1,2]},"fallbacks":[1,2],"b":[3,4]}""", """{"a":1,"b":[3,4]}""")]
    [InlineData("""{"a":1 , "m\u006fdels" : 1 , "b":{"models":1} , "fallbacks" : [ ] }""", """{"a":1  , "b":{"models":1}  }""")]
    public void Members_for_the_gateway_can_be_cut_out(string body, string expected)
    {
        byte[] octets = Encoding.UTF8.GetBytes(body);
        var scanner = new RequestScanner();
        Span<BodyRange> cuts = stackalloc BodyRange[RequestScanner.MaxOwnMembers];
        for (int split = 0; split <= octets.Length; split++)
        {
            Assert.Equal(ScanStatus.Ok, scanner.Scan(Segments.Cut(octets, split)));
            string left = body;
            for (int i = scanner.FindOwnMembers(cuts) - 1; i >= 0; i--)
            {
                left = left.Remove((int)cuts[i].Offset, (int)cuts[i].Length);
            }

            Assert.Equal(expected, left);
        }
    }

    [Fact]
    public void Scanning_allocates_nothing()
    {
        var scanner = new RequestScanner();
        ReadOnlySequence<byte>[] bodies = [.. RequestBodies.All.Select(Encoding.UTF8.GetBytes).SelectMany(
            octets => new[] { new ReadOnlySequence<byte>(octets), Segments.Cut(octets, 20, 70) })];
        int good = 0;
        long before = 0;
        for (int round = 0; round < 300; round++)
        {
            if (round == 50)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            foreach (ReadOnlySequence<byte> body in bodies)
            {
                good += scanner.Scan(body) == ScanStatus.Ok ? 1 : 0;
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(300 * bodies.Length, good);
    }

    private static RequestScanner Scan(string body)
    {
        var scanner = new RequestScanner();
        scanner.Scan(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)));
        return scanner;
    }

    private static string Slice(string body, ValueRange range) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(body).AsSpan((int)range.Offset, (int)range.Length));
}

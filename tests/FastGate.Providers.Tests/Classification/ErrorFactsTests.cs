using System.Text;
using FastGate.Providers.Classification;

namespace FastGate.Providers.Tests.Classification;

public sealed class ErrorFactsTests
{
    [Theory]
    [InlineData("""{"error":{"message":"A \"B\" \\ \/ \n \u0043\u00e9 \ud83d\ude00"}}""", "a \"b\" \\ /   c? ??")]
    [InlineData("""{"error":{"message":"cut \u00""", "cut ?")]
    [InlineData("{\"error\":{\"message\":\"cut \\", "cut ?")]
    [InlineData("{\"error\":{\"message\":\"CUT \\\"", "cut \"")]
    [InlineData("""{"message":"top","error":{"type":"x"}}""", "top")]
    [InlineData("""{"message":"top","error":"bare"}""", "bare")]
    [InlineData("""{"error":{"message":"M","metadata":{"raw":"{\"R\":1}"}}}""", "m\n{\"r\":1}")]
    [InlineData("""{"error":{"metadata":{"raw":"R"}}}""", "\nr")]
    [InlineData("""{"detail":[{"loc":[1],"msg":"First","input":"i"},{"msg":"second"},3]}""", "first")]
    [InlineData("""{"error":{"message":"Schön"}}""", "schön")]
    [InlineData("\uFEFF{\"error\":\"marked\"}", "marked")]
    [InlineData("", "")]
    [InlineData("prompt is too long", "")]
    [InlineData("[]", "")]
    [InlineData("""[1,{"message":"m"}]""", "")]
    [InlineData("""["m"]""", "")]
    public void Message_is_read_in_lower_case(string body, string wording)
    {
        var facts = ErrorFacts.Read(Encoding.UTF8.GetBytes(body));
        Assert.Equal(wording, Encoding.UTF8.GetString(facts.Wording(new byte[100])));
    }

    [Fact]
    public void Of_a_long_message_and_a_long_raw_text_both_have_room()
    {
        byte[] body = Encoding.UTF8.GetBytes("{\"error\":{\"message\":\"" + new string('a', 300) + "\",\"metadata\":{\"raw\":\"" + new string('b', 300) + "\"}}}");
        var facts = ErrorFacts.Read(body);
        Assert.Equal(new string('a', 50) + "\n" + new string('b', 49), Encoding.UTF8.GetString(facts.Wording(new byte[100])));
    }

    [Theory]
    [InlineData("""{"error":{"code":"429"}}""", 429)]
    [InlineData("""{"error":{"code":503,"status":"UNAVAILABLE"}}""", 503)]
    [InlineData("""{"error":{"code":"x","status":400}}""", 400)]
    [InlineData("""{"code":404,"object":"error"}""", 404)]
    [InlineData("""{"error":{"code":200}}""", 0)]
    [InlineData("""{"error":{"code":1300}}""", 0)]
    [InlineData("""{"error":{"code":4e2}}""", 0)]
    [InlineData("""{"error":{"code":null}}""", 0)]
    public void Status_in_the_body_is_read(string body, int status)
    {
        Assert.Equal(status, ErrorFacts.Read(Encoding.UTF8.GetBytes(body)).Status);
    }

    [Fact]
    public void More_names_than_there_is_room_for_are_passed_over()
    {
        string details = string.Join(',', Enumerable.Range(0, 20).Select(i => $$"""{"reason":"name_{{i}}"}"""));
        var facts = ErrorFacts.Read(Encoding.UTF8.GetBytes($$$"""{"error":{"code":"first","details":[{{{details}}}]}}"""));
        Assert.True(facts.IsJson);
        Assert.True(facts.HasName("FIRST"u8));
        Assert.True(facts.HasName("name_6"u8));
        Assert.False(facts.HasName("name_7"u8));
    }

    [Fact]
    public void Any_octets_can_be_read()
    {
        const int seed = 20261121;
        var random = new Random(seed);
        byte[][] bodies = [.. ProviderAnswers.Whole.Select(answer => Encoding.UTF8.GetBytes(answer.Body))];
        byte[] target = new byte[4096];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] body = [.. bodies[random.Next(bodies.Length)]];
            for (int changes = random.Next(4); changes > 0 && body.Length > 0; changes--)
            {
                body[random.Next(body.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"\"\\{}[],:u"[random.Next(9)];
            }

            try
            {
                ErrorFacts.Read(body).Wording(target.AsSpan(0, random.Next(2, target.Length)));
                OpenAiClassifier.ClassifyStreamError(body);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, round {i}: {Encoding.UTF8.GetString(body)}", e);
            }
        }
    }
}

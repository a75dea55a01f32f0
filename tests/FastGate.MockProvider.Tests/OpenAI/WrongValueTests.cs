using System.Net;
using System.Text.Json.Nodes;
using FastGate.MockProvider.Tests.Harness;

namespace FastGate.MockProvider.Tests.OpenAI;

/// <summary>One value after the other of a good request is replaced with each of many wrong ones: whatever comes, the answer is an answer.</summary>
public sealed class WrongValueTests
{
    private static readonly string[] Wrong =
    [
        "null", "true", "0", "-1", "1.5", "1e400", "9223372036854775808", "\"\"", "\"x\"", "\"\\ud800\"", "\"é🚀\"", "[]", "[null]", "[[]]", "{}", "{\"type\":5}", "{\"type\":\"x\"}", "{\"$ref\":\"#\"}",
    ];

    [Theory]
    [InlineData("/v1/chat/completions", """
        {"model":"ok","messages":[{"role":"system","content":"json"},{"role":"user","content":[{"type":"text","text":"q"},{"type":"image_url","image_url":{"url":"https://a.b/c","detail":"low"}},{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}]},
        {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"r"},{"role":"user","content":"go"}],
        "temperature":1,"top_p":1,"n":1,"stop":["z"],"max_tokens":9,"logprobs":true,"top_logprobs":1,"stream":true,"stream_options":{"include_usage":true},"metadata":{"mock_tokens":"4","k":"v"},"user":"u","seed":1}
        """)]
    [InlineData("/v1/chat/completions", """
        {"model":"ok","messages":[{"role":"user","content":"q"}],"parallel_tool_calls":true,"tool_choice":{"type":"function","function":{"name":"f"}},"tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":
        {"type":"object","additionalProperties":false,"required":["a","b","c","d"],"properties":{"a":{"type":"array","minItems":1,"maxItems":2,"items":{"anyOf":[{"type":"integer","minimum":1,"maximum":3,"multipleOf":1},{"type":"null"}]}},
        "b":{"enum":[1,"x"]},"c":{"type":["string","null"],"minLength":2,"maxLength":4,"format":"email"},"d":{"$ref":"#/$defs/z"}},"$defs":{"z":{"const":1}}}}}]}
        """)]
    [InlineData("/v1/chat/completions", """
        {"model":"ok","messages":[{"role":"user","content":"json"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":false,"schema":{"type":"object","required":["a"],"properties":{"a":{"type":"number","exclusiveMinimum":0}}}}}}
        """)]
    [InlineData("/v1/responses", """
        {"model":"ok","input":[{"role":"user","content":[{"type":"input_text","text":"q"},{"type":"input_image","image_url":"https://a.b/c"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
        {"type":"function_call_output","call_id":"c","output":"r"}],"instructions":"i","max_output_tokens":20,"stream":true,"text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"}}},
        "tools":[{"type":"function","name":"f","parameters":{"type":"object"}}],"tool_choice":"auto","metadata":{"k":"v"},"temperature":1}
        """)]
    [InlineData("/v1/completions", """{"model":"ok","prompt":["a"],"n":1,"max_tokens":3,"echo":true,"stop":"z","stream":true,"stream_options":{"include_usage":true}}""")]
    [InlineData("/v1/completions", """{"model":"ok","prompt":[[1,2]]}""")]
    [InlineData("/v1/embeddings", """{"model":"ok","input":["a"],"dimensions":4,"encoding_format":"float","user":"u"}""")]
    [InlineData("/v1/moderations", """{"model":"ok","input":[{"type":"text","text":"t"},{"type":"image_url","image_url":{"url":"https://a.b/c"}}]}""")]
    [InlineData("/v1/images/generations", """{"model":"ok","prompt":"p","n":1,"size":"auto","response_format":"url"}""")]
    [InlineData("/v1/audio/speech", """{"model":"ok","input":"i","voice":"v","speed":1,"response_format":"wav","stream_format":"audio"}""")]
    [InlineData("/v1/rerank", """{"model":"ok","query":"q","documents":["a",{"text":"b"}],"top_n":1,"return_documents":true}""")]
    public async Task Whatever_a_value_is_the_request_is_answered(string path, string good)
    {
        await using var mock = new MockClient(new MockOptions { Tokens = 2 });
        Assert.Equal(HttpStatusCode.OK, (await mock.PostAsync(path, good)).Status);
        int refused = 0;

        List<string> mutants = [.. Mutants(good)];
        foreach (string mutant in mutants)
        {
            Reply reply = await mock.PostAsync(path, mutant);

            Assert.True(reply.Status is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.NotFound, $"{(int)reply.Status} for {mutant}");
            if (reply.Status != HttpStatusCode.OK)
            {
                refused++;
                Assert.NotEmpty(reply.Error.GetProperty("message").GetString()!);
            }
        }

        Assert.InRange(refused, mutants.Count / 3, mutants.Count - 1);
        Assert.All(mock.Server.Log, call => Assert.False(call.Aborted));
    }

    private static IEnumerable<string> Mutants(string good)
    {
        const string Mark = "\"@@@\"";
        int count = Nodes(JsonNode.Parse(good)!).Count();
        for (int at = 1; at < count; at++)
        {
            JsonNode root = JsonNode.Parse(good)!;
            Nodes(root).ElementAt(at)!.ReplaceWith("@@@");
            string marked = root.ToJsonString();
            foreach (string wrong in Wrong)
            {
                yield return marked.Replace(Mark, wrong, StringComparison.Ordinal);
            }
        }
    }

    private static IEnumerable<JsonNode?> Nodes(JsonNode node)
    {
        yield return node;
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject map => map.Select(member => member.Value),
            JsonArray list => list,
            _ => [],
        };
        foreach (JsonNode? inner in children.Where(child => child is not null).SelectMany(child => Nodes(child!)))
        {
            yield return inner;
        }
    }
}

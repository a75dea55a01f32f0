using System.Net;
using System.Text.Json;
using FastGate.MockProvider.Tests.Harness;

namespace FastGate.MockProvider.Tests.OpenAI;

public sealed class ResponsesTests
{
    [Fact]
    public async Task Answer_has_the_shape_of_a_response()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.PostAsync("/v1/responses", """{"model":"ok","input":"echo: hi there","instructions":"be brief","temperature":0.5}""");

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("response", reply.Json.GetProperty("object").GetString());
        Assert.Equal("completed", reply.Json.GetProperty("status").GetString());
        Assert.Equal("be brief", reply.Json.GetProperty("instructions").GetString());
        Assert.Equal(0.5, reply.Json.GetProperty("temperature").GetDouble());
        JsonElement message = Assert.Single(reply.Json.GetProperty("output").EnumerateArray());
        Assert.Equal("message", message.GetProperty("type").GetString());
        Assert.Equal("hi there", message.GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(2, reply.Json.GetProperty("usage").GetProperty("output_tokens").GetInt32());
    }

    [Fact]
    public async Task Stream_follows_the_event_grammar()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.PostAsync("/v1/responses", """{"model":"ok","input":"echo: one two three","stream":true}""");

        List<SseEvent> events = reply.Events;
        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
                "response.output_text.delta", "response.output_text.delta", "response.output_text.delta",
                "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed",
            ],
            events.Select(one => one.Name));
        Assert.All(events, one => Assert.Equal(one.Name, one.Json.GetProperty("type").GetString()));
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(one => one.Json.GetProperty("sequence_number").GetInt32()));
        Assert.Equal("one two three", string.Concat(events[4..7].Select(one => one.Json.GetProperty("delta").GetString())));
        string item = events[2].Json.GetProperty("item").GetProperty("id").GetString()!;
        Assert.All(events[3..9], one => Assert.Equal(item, one.Json.GetProperty("item_id").GetString()));
        JsonElement last = events[^1].Json.GetProperty("response");
        Assert.Equal(events[0].Json.GetProperty("response").GetProperty("id").GetString(), last.GetProperty("id").GetString());
        Assert.Equal("in_progress", events[0].Json.GetProperty("response").GetProperty("status").GetString());
        Assert.Equal("one two three", last.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(3, last.GetProperty("usage").GetProperty("output_tokens").GetInt32());
    }

    [Fact]
    public async Task Function_call_is_streamed_in_fragments()
    {
        await using var mock = new MockClient();

        List<SseEvent> events = (await mock.PostAsync(
            "/v1/responses",
            """
            {"model":"ok","input":[{"role":"user","content":[{"type":"input_text","text":"weather?"}]}],"stream":true,
            "tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]}
            """)).Events;

        Assert.Equal("function_call", events[2].Json.GetProperty("item").GetProperty("type").GetString());
        string arguments = string.Concat(events.Where(one => one.Name == "response.function_call_arguments.delta").Select(one => one.Json.GetProperty("delta").GetString()));
        Assert.Equal(arguments, events[^3].Json.GetProperty("arguments").GetString());
        Assert.NotEmpty(JsonDocument.Parse(arguments).RootElement.GetProperty("city").GetString()!);
        JsonElement call = events[^1].Json.GetProperty("response").GetProperty("output")[0];
        Assert.Equal("get_weather", call.GetProperty("name").GetString());
        Assert.Equal(arguments, call.GetProperty("arguments").GetString());
    }

    [Fact]
    public async Task Limit_makes_the_response_incomplete()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.PostAsync("/v1/responses", """{"model":"ok","input":"hello","max_output_tokens":16,"stream":true}""");

        Assert.Equal("response.incomplete", reply.Events[^1].Name);
        JsonElement response = reply.Events[^1].Json.GetProperty("response");
        Assert.Equal("incomplete", response.GetProperty("status").GetString());
        Assert.Equal("max_output_tokens", response.GetProperty("incomplete_details").GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("{\"model\":\"ok\"}", "input", "missing_required_parameter")]
    [InlineData("{\"model\":\"ok\",\"input\":[]}", "input", "empty_array")]
    [InlineData("{\"model\":\"ok\",\"input\":\"x\",\"max_output_tokens\":1}", "max_output_tokens", "integer_below_min_value")]
    [InlineData("{\"model\":\"ok\",\"input\":\"x\",\"previous_response_id\":\"resp_1\"}", "previous_response_id", "previous_response_not_found")]
    [InlineData("{\"model\":\"ok\",\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"x\"}]}", "input", null)]
    public async Task Request_is_refused(string body, string param, string? code)
    {
        await using var mock = new MockClient();

        Reply reply = await mock.PostAsync("/v1/responses", body);

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal(param, reply.Error.GetProperty("param").GetString());
        Assert.Equal(code, reply.Error.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("cut-stream")]
    [InlineData("stall-stream")]
    public async Task Broken_stream_never_shows_the_text_as_whole(string model)
    {
        await using var mock = new MockClient();

        using HttpResponseMessage response = await mock.BeginAsync(
            $$$"""{"model":"{{{model}}}","input":"hi","stream":true,"metadata":{"mock_end":"end","mock_ping_ms":"0"}}""", "/v1/responses");
        MockCall call = await mock.CallAsync(one => one.EventsSent == 4 + 16);

        if (model == "cut-stream")
        {
            Reply reply = await Reply.ReadAsync(response);
            Assert.DoesNotContain(reply.Events, one => one.Name!.EndsWith(".done", StringComparison.Ordinal));
        }
        else
        {
            response.Dispose();
            Assert.True((await mock.CallAsync(one => one.Done)).Aborted);
        }

        Assert.Equal(200, call.Status);
    }
}

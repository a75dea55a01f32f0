using System.Net;
using System.Text.Json;
using FastGate.MockProvider.Tests.Harness;

namespace FastGate.MockProvider.Tests.OpenAI;

public sealed class ToolTests
{
    private const string Tools =
        """
        ,"tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{
        "city":{"type":"string"},"days":{"type":"integer","minimum":1,"maximum":7},"unit":{"type":"string","enum":["C","F"]}},"required":["city","days","unit"]}}},
        {"type":"function","function":{"name":"get_time"}}]
        """;

    [Fact]
    public async Task Tool_is_called_with_arguments_that_fit_its_schema()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.ChatAsync("ok", "weather?", Tools);

        Assert.Equal("tool_calls", reply.FinishReason);
        JsonElement message = reply.Json.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal(JsonValueKind.Null, message.GetProperty("content").ValueKind);
        JsonElement call = Assert.Single(message.GetProperty("tool_calls").EnumerateArray());
        Assert.StartsWith("call_", call.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("function", call.GetProperty("type").GetString());
        Assert.Equal("get_weather", call.GetProperty("function").GetProperty("name").GetString());
        JsonElement arguments = JsonDocument.Parse(call.GetProperty("function").GetProperty("arguments").GetString()!).RootElement;
        Assert.NotEmpty(arguments.GetProperty("city").GetString()!);
        Assert.InRange(arguments.GetProperty("days").GetInt32(), 1, 7);
        Assert.Contains(arguments.GetProperty("unit").GetString(), (string[])["C", "F"]);
    }

    [Fact]
    public async Task Streamed_call_is_named_once_and_its_arguments_come_in_fragments()
    {
        await using var mock = new MockClient();
        Reply whole = await mock.ChatAsync("ok", "weather?", Tools);
        string expected = whole.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString()!;

        List<SseEvent> events = (await mock.ChatAsync("ok", "weather?", Tools + ",\"stream\":true,\"parallel_tool_calls\":true", "\"mock_tool_calls\":\"2\"")).Events;

        JsonElement[] deltas =
        [
            .. from one in events[..^1]
               from choice in one.Json.GetProperty("choices").EnumerateArray()
               where choice.GetProperty("delta").TryGetProperty("tool_calls", out _)
               select choice.GetProperty("delta").GetProperty("tool_calls")[0],
        ];
        for (int index = 0; index < 2; index++)
        {
            JsonElement[] own = [.. deltas.Where(delta => delta.GetProperty("index").GetInt32() == index)];
            Assert.Equal(index == 0 ? "get_weather" : "get_time", own[0].GetProperty("function").GetProperty("name").GetString());
            Assert.True(own[0].TryGetProperty("id", out _));
            Assert.All(own[1..], delta => Assert.False(delta.TryGetProperty("id", out _) || delta.GetProperty("function").TryGetProperty("name", out _)));
            Assert.Equal(index == 0 ? expected : "{}", string.Concat(own.Select(delta => delta.GetProperty("function").GetProperty("arguments").GetString())));
        }

        Assert.True(deltas.Length > 6);
        Assert.Equal("tool_calls", events[^2].Json.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Theory]
    [InlineData("\"none\"", null, "stop")]
    [InlineData("\"required\"", "get_weather", "tool_calls")]
    [InlineData("""{"type":"function","function":{"name":"get_time"}}""", "get_time", "stop")]
    [InlineData("""{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[]}}""", "get_weather", "tool_calls")]
    public async Task Choice_of_tool_is_obeyed(string choice, string? called, string finish)
    {
        await using var mock = new MockClient();

        Reply reply = await mock.ChatAsync("ok", "echo: hi", $"{Tools},\"tool_choice\":{choice}");

        Assert.Equal(finish, reply.FinishReason);
        JsonElement message = reply.Json.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal(called, message.TryGetProperty("tool_calls", out JsonElement calls) ? calls[0].GetProperty("function").GetProperty("name").GetString() : null);
    }

    [Fact]
    public async Task Tools_result_is_answered_in_words()
    {
        await using var mock = new MockClient();
        const string Start = """{"model":"ok","messages":[{"role":"user","content":"weather?"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"get_weather","arguments":"{}"}}]}""";

        Reply reply = await mock.PostAsync("/v1/chat/completions", $$"""{{Start}},{"role":"tool","tool_call_id":"c1","content":"rain"}]{{Tools}}}""");

        Assert.Equal("stop", reply.FinishReason);
        Assert.NotEmpty(reply.Text);

        reply = await mock.PostAsync("/v1/chat/completions", Start + "]}");
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains("c1", reply.Error.GetProperty("message").GetString(), StringComparison.Ordinal);

        reply = await mock.PostAsync("/v1/chat/completions", Start + """,{"role":"tool","tool_call_id":"other","content":"rain"}]}""");
        Assert.Equal("messages.[2].role", reply.Error.GetProperty("param").GetString());
    }
}

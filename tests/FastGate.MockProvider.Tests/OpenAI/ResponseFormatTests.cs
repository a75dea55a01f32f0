using System.Net;
using System.Text.Json;
using FastGate.MockProvider.Tests.Harness;

namespace FastGate.MockProvider.Tests.OpenAI;

public sealed class ResponseFormatTests
{
    [Fact]
    public async Task Json_object_is_an_object()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.ChatAsync("ok", "as JSON please", ",\"response_format\":{\"type\":\"json_object\"}");

        Assert.NotEmpty(JsonDocument.Parse(reply.Text).RootElement.GetProperty("answer").GetString()!);
    }

    [Fact]
    public async Task Schema_is_satisfied_streamed_or_not()
    {
        const string Format =
            """
            ,"response_format":{"type":"json_schema","json_schema":{"name":"trip","strict":true,"schema":{"type":"object","additionalProperties":false,
            "properties":{"city":{"type":"string"},"nights":{"type":"integer"},"price":{"type":"number"},"booked":{"type":"boolean"},
            "stars":{"type":"integer","enum":[3,4,5]},"stops":{"type":"array","items":{"type":"object","additionalProperties":false,"properties":{"at":{"type":"string"}},"required":["at"]}},
            "note":{"type":["string","null"]}},"required":["city","nights","price","booked","stars","stops","note"]}}}
            """;
        await using var mock = new MockClient();

        Reply reply = await mock.ChatAsync("ok", "plan", Format);

        JsonElement trip = JsonDocument.Parse(reply.Text).RootElement;
        Assert.Equal(JsonValueKind.String, trip.GetProperty("city").ValueKind);
        Assert.True(trip.GetProperty("nights").TryGetInt32(out _));
        Assert.Equal(JsonValueKind.Number, trip.GetProperty("price").ValueKind);
        Assert.Contains(trip.GetProperty("booked").ValueKind, (JsonValueKind[])[JsonValueKind.True, JsonValueKind.False]);
        Assert.InRange(trip.GetProperty("stars").GetInt32(), 3, 5);
        Assert.All(trip.GetProperty("stops").EnumerateArray(), stop => Assert.Equal(JsonValueKind.String, stop.GetProperty("at").ValueKind));
        Assert.Equal(reply.Text, SseEvent.TextOf((await mock.ChatAsync("ok", "plan", Format + ",\"stream\":true")).Events));
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""", "additionalProperties")]
    [InlineData("""{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string"}},"required":[]}""", "'a'")]
    public async Task Strict_schema_that_is_not_closed_is_refused(string schema, string complaint)
    {
        await using var mock = new MockClient();

        Reply reply = await mock.ChatAsync(
            "ok", "plan", $$$""","response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{{{schema}}}}}""");

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains(complaint, reply.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("response_format", reply.Error.GetProperty("param").GetString());
    }
}

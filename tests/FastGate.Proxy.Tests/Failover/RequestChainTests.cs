using System.Security.Cryptography;
using System.Text;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Failover;

/// <summary>A chain that the request brings: used, and not sent on.</summary>
public sealed class RequestChainTests
{
    private const string Tail = "\"messages\":[{\"role\":\"user\",\"content\":\"h\\u00e9llo  \"}]";

    [Theory]
    [InlineData("{\"fallbacks\":[\"two/m2\"],\"model\":\"one/m\", " + Tail + "}", "{\"model\":\"m2\", " + Tail + "}")]
    [InlineData("{\"model\":\"one/m\",\"fallbacks\": [ \"two/m2\" ] , " + Tail + "}", "{\"model\":\"m2\" , " + Tail + "}")]
    [InlineData("{\"model\":\"one/m\"," + Tail + ",\"fallbacks\":[\"two/m2\"]}", "{\"model\":\"m2\"," + Tail + "}")]
    [InlineData("{\"model\":\"one/m\"," + Tail + ",\"models\":[\"two/m2\"]}", "{\"model\":\"m2\"," + Tail + "}")]
    [InlineData("{ \"models\":[\"two/m2\",\"one/m3\"] , \"model\":\"one/m\"," + Tail + "}", "{  \"model\":\"m2\"," + Tail + "}")]
    public async Task Chain_of_the_body_is_used_and_not_sent_on(string body, string sent)
    {
        using var one = new RepliedUpstream(Reply.Error(500));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        (await gateway.AskAsync(Gateway.Post(body))).IsFrom("two/m2", 2, "upstream_5xx");

        Message second = Assert.Single(two.Seen);
        Assert.Equal(JsonText(sent), JsonText(second.Text));
        Assert.Equal(sent, second.Text);
        Assert.Equal(sent.Replace("\"m2\"", "\"m\"", StringComparison.Ordinal), Assert.Single(one.Seen).Text);
    }

    [Fact]
    public async Task Chain_of_the_header_is_used_and_not_sent_on()
    {
        using var one = new RepliedUpstream(Reply.Error(500));
        using var two = new RepliedUpstream(Reply.Error(500));
        using var three = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two, three));

        (await gateway.AskAsync(Gateway.Chat("one/m", lines: "x-fastgate-fallback: two/x, three/y\r\n"))).IsFrom("three/y", 3, "upstream_5xx");

        Assert.All([.. one.Seen, .. two.Seen, .. three.Seen], request => Assert.Null(request["x-fastgate-fallback"]));
        Assert.Equal("x", Assert.Single(two.Seen).Json.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Chain_of_the_request_replaces_the_routes()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        (await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\",\"fallbacks\":[\"two/x\"]," + Tail + "}"))).IsFrom("two/x", 1, null);
        Assert.Empty(one.Seen);
    }

    [Theory]
    [InlineData("\"fallbacks\":[\"nobody/x\"]", "fallbacks")]
    [InlineData("\"models\":[\"nobody/x\"]", "models")]
    public async Task Unknown_target_is_named(string member, string param)
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));

        Message response = await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\"," + member + "}"));

        Assert.Contains("nobody/x", response.IsError(400, "invalid_request", param).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(one.Seen);
    }

    [Theory]
    [InlineData("\"fallbacks\":[\"one/x\"],\"models\":[\"one/y\"]", "")]
    [InlineData("\"fallbacks\":[\"one/x\"]", "x-fastgate-fallback: one/y\r\n")]
    [InlineData("\"models\":[\"one/x\"]", "x-fastgate-fallback: one/y\r\n")]
    public async Task Two_chains_at_once_are_refused(string members, string lines)
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));

        (await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\"," + members + "}", lines: lines))).IsError(400, "invalid_request", "fallbacks");
        Assert.Empty(one.Seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_is_replayed_byte_for_byte(bool chunked)
    {
        using var one = new RepliedUpstream(Reply.Error(503));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));
        string noise = Convert.ToHexString(SHA256.HashData("seed"u8));
        string body = "{\"model\":\"chat\",\"messages\":[{\"role\":\"user\",\"content\":\"" + string.Concat(Enumerable.Repeat(noise, (1 << 20) / noise.Length)) + "\"}]}";
        string request = chunked
            ? "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + string.Concat(body.Chunk(10_007).Select(part => ScriptedUpstream.Chunk(new string(part)))) + ScriptedUpstream.LastChunk
            : Gateway.Post(body);

        (await gateway.AskAsync(request)).IsFrom("two/m", 2, "upstream_5xx");

        string expected = body.Replace("\"model\":\"chat\"", "\"model\":\"m\"", StringComparison.Ordinal);
        Assert.True(expected == Encoding.Latin1.GetString(Assert.Single(one.Seen).Body), "The first target got another body.");
        Assert.True(expected == Encoding.Latin1.GetString(Assert.Single(two.Seen).Body), "The second target got another body.");
    }

    // Throws on what is no JSON.
    private static string JsonText(string json) => System.Text.Json.Nodes.JsonNode.Parse(json)!.ToJsonString();
}

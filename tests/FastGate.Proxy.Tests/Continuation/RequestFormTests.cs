using System.Text.Json;
using FastGate.Providers.Presets;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Continuation;

/// <summary>What the next target is sent, by provider and surface.</summary>
public sealed class RequestFormTests
{
    [Theory]
    [InlineData(nameof(PrefixStyle.Plain), "{\"role\":\"assistant\",\"content\":\"A \\\"b\\\"\"}", "")]
    [InlineData(nameof(PrefixStyle.Prefix), "{\"role\":\"assistant\",\"content\":\"A \\\"b\\\"\",\"prefix\":true}", "")]
    [InlineData(nameof(PrefixStyle.Partial), "{\"role\":\"assistant\",\"content\":\"A \\\"b\\\"\",\"partial\":true}", "")]
    [InlineData(nameof(PrefixStyle.ContinueFinalMessage), "{\"role\":\"assistant\",\"content\":\"A \\\"b\\\"\"}", "continue_final_message=True,add_generation_prompt=False")]
    public async Task Prefix_is_given_as_the_provider_takes_it(string style, string message, string members)
    {
        using var one = new RepliedUpstream(Answers.CutAfter("A \"b\"\n"));
        using var two = new RepliedUpstream(Answers.Whole("c", "two"));
        GatewaySettings settings = Chains.Over(one, two).WithProvider(1, provider => provider with { Prefix = Enum.Parse<PrefixStyle>(style) });
        await using Gateway gateway = await Gateway.StartAsync(settings);

        // The gateway's own member stands right behind the messages, where something is put in.
        ReadStream stream = await gateway.StreamAsync("{\"model\":\"one/m\",\"stream\":true,\"messages\":[ {\"role\":\"user\",\"content\":\"Go.\"} ] ,\"fallbacks\":[\"two/m\"]}");

        stream.IsComplete("A \"b\"\nc");
        JsonElement body = two.Seen[0].Json;
        Assert.Equal(message, body.GetProperty("messages")[1].GetRawText());
        Assert.False(body.TryGetProperty("fallbacks", out _));
        Assert.Equal(members, string.Join(",", body.EnumerateObject().Where(member => member.Name.Contains("_", StringComparison.Ordinal)).Select(member => $"{member.Name}={member.Value}")));
    }

    [Theory]
    [InlineData("\"Say \\\"it\\\": \"", "Say \"it\": One two")]
    [InlineData("[\"Say it: \"]", null)]
    public async Task Legacy_completion_goes_on_with_its_prompt(string prompt, string? given)
    {
        using var one = new RepliedUpstream(Reply.Cut(Text("One", "one") + Text(" two", "one")));
        using var two = new RepliedUpstream(Reply.Streamed(
            (given is null ? Text("One two three", "two") : Text(" three", "two")) + Answers.Stop("two").Replace("\"delta\":{}", "\"text\":\"\"", StringComparison.Ordinal) + Answers.Done));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        ReadStream stream = await gateway.StreamAsync($"{{\"model\":\"chat\",\"stream\":true,\"prompt\":{prompt}}}", "/v1/completions");

        stream.IsComplete("One two three");
        Assert.Equal(given ?? "[\"Say it: \"]", given is null ? two.Seen[0].Json.GetProperty("prompt").GetRawText() : two.Seen[0].Json.GetProperty("prompt").GetString());

        static string Text(string text, string provider) => Answers.Piece(text, provider)
            .Replace("\"delta\":{\"content\":", "\"text\":", StringComparison.Ordinal).Replace("},\"finish_reason\":null", ",\"finish_reason\":null", StringComparison.Ordinal)
            .Replace("chat.completion.chunk", "text_completion", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chunked_request_is_continued_like_any_other()
    {
        using var one = new RepliedUpstream(Answers.CutAfter("One two"));
        using var two = new RepliedUpstream(Answers.Whole(" three", "two"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        foreach (string piece in Answers.Ask.Chunk(7).Select(piece => new string(piece)))
        {
            await client.SendAsync(ScriptedUpstream.Chunk(piece));
        }

        await client.SendAsync(ScriptedUpstream.LastChunk);

        (await Answers.ReadAsync(client)).IsComplete("One two three");
        Assert.Equal("One two", two.Seen[0].Json.GetProperty("messages")[1].GetProperty("content").GetString());
    }
}

using System.Text;
using System.Text.Json;
using FastGate.MockProvider;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Replay;

/// <summary>Clients that lose their connections all the time: each ends with the whole answer, no word twice, and nothing is left behind.</summary>
public sealed class ResumeStressTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Clients_that_come_and_go_read_the_whole_answer(int seed)
    {
        const int Clients = 24;
        await using MockServer mock = new MockServer(new MockOptions { Tokens = 60, TokenInterval = TimeSpan.FromMilliseconds(1) }).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock);
        string whole = Content(await gateway.AskAsync(Gateway.Chat("up/ok")));
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => Task.Run(async () =>
        {
            string text = await ReadAsync(gateway, new Random((seed * 1000) + i));
            Assert.True(whole == text, $"seed {seed}, client {i}: '{text}' instead of '{whole}'");
        }))).Soon();

        await Chains.EventuallyAsync(() => gateway.Plane.Streams.Detached.Count == 0);
        gateway.Time.Advance(StreamSettings.Default.Retain + TimeSpan.FromSeconds(1));
        await Chains.EventuallyAsync(() => gateway.Plane.Streams.Memory.Octets == 0);
        Assert.Equal(0, gateway.Plane.Streams.Count);
    }

    private static async Task<string> ReadAsync(Gateway gateway, Random random)
    {
        var text = new StringBuilder();
        string? token = null;
        string? last = null;
        while (true)
        {
            Wire wire = await gateway.ConnectAsync();
            string id = last is null ? "" : $"Last-Event-ID: {last}\r\n";
            await wire.SendAsync(token is null || (last is not null && random.Next(2) == 0)
                ? Gateway.Chat("up/ok", stream: true, lines: ResumeScene.Ask + id)
                : Gateway.Get($"/v1/streams/{token}", id));
            EventReader reader = await EventReader.BeginAsync(wire);
            Assert.Equal(200, reader.Head.Status);
            token ??= reader.Head["x-fastgate-stream"];
            Assert.Equal(token, reader.Head["x-fastgate-stream"]);
            for (int left = random.Next(12); left > 0; left--)
            {
                string block = (await reader.NextAsync())!;
                string[] lines = block.Split('\n');
                last = lines[0][4..];
                string data = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(lines[1][6..]));
                if (data == "[DONE]")
                {
                    return text.ToString();
                }

                JsonElement choices = JsonDocument.Parse(data).RootElement.GetProperty("choices");
                if (choices.GetArrayLength() > 0 && choices[0].GetProperty("delta").TryGetProperty("content", out JsonElement content))
                {
                    text.Append(content.GetString());
                }
            }

            // Sometimes without a word to the gateway, which then writes to a connection that nobody reads.
            if (random.Next(3) > 0)
            {
                if (random.Next(2) == 0)
                {
                    wire.Reset();
                }
                else
                {
                    wire.Dispose();
                }
            }
        }
    }

    private static string Content(Message answer) => answer.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
}

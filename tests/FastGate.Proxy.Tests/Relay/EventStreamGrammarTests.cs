using System.Text;
using FastGate.Proxy.Tests.Harness;
using static FastGate.Proxy.Tests.Harness.ScriptedUpstream;

namespace FastGate.Proxy.Tests.Relay;

/// <summary>Providers that write the event stream grammar (WHATWG HTML §9.2.6) in its rarer forms, through sockets; each stream in one piece and octet by octet.</summary>
public sealed class EventStreamGrammarTests
{
    private const string ByteOrderMark = "\u00EF\u00BB\u00BF";

    public static TheoryData<string, string> Forms() => new()
    {
        { "byte order mark", ByteOrderMark + Start + Event + Finish + Done },
        { "CR alone", (Start + Event + Finish + Done).Replace('\n', '\r') },
        { "CRLF", (Start + Event + Finish + Done).Replace("\n", "\r\n", StringComparison.Ordinal) },
        { "all three", Start.Replace("\n", "\r\n", StringComparison.Ordinal) + Event.Replace('\n', '\r') + Finish + Done },
        { "no space after the colon", (Start + Event + Finish + Done).Replace("data: ", "data:", StringComparison.Ordinal) },
        { "data over several lines", Start + Event.Replace(",\"object\"", ",\ndata: \"object\"", StringComparison.Ordinal) + Finish + Done },
        { "id with NUL", Start + "id: a\0b\n" + Event + Finish + Done },
        { "retry", "retry: 1500\n" + Start + "retry: soon\n" + Event + Finish + Done },
        { "unknown fields and comments", ":\n: x\nmood: good\n" + Start + "data\n\n" + Event + "\n\n\n" + Finish + Done },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Answer_is_read_and_complete(string form, string events)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        string answer = StreamHead + Chunk(events) + LastChunk;
        (Wire client, Wire wire) = await StreamRelayTests.BeginAsync(gateway, upstream);
        foreach (bool sliced in (bool[])[false, true])
        {
            await (sliced ? wire.SendSlicedAsync(answer, [.. Enumerable.Range(1, answer.Length - 1)]) : wire.SendAsync(answer));

            Message response = await Message.ReadResponseAsync(client);

            Assert.Equal(200, response.Status);
            Assert.Equal(DataOf(events), DataOf(response.Text));
            Assert.True(DataOf(response.Text)[^1] == "[DONE]", form);
            await client.SendAsync(Gateway.Chat(stream: true));
            await Message.ReadRequestAsync(wire);
        }
    }

    /// <summary>The data of the events, as §9.2.6 reads them; what carries no data is no event.</summary>
    private static List<string> DataOf(string events)
    {
        var all = new List<string>();
        var data = new StringBuilder();
        string text = events.StartsWith(ByteOrderMark, StringComparison.Ordinal) ? events[3..] : events.TrimStart('\uFEFF');
        foreach (string line in text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n'))
        {
            if (line.Length == 0)
            {
                if (data.Length > 1)
                {
                    all.Add(data.ToString()[..^1]);
                }

                data.Clear();
            }
            else if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                string value = line["data:".Length..];
                data.Append(value.StartsWith(' ') ? value[1..] : value).Append('\n');
            }
        }

        return all;
    }
}

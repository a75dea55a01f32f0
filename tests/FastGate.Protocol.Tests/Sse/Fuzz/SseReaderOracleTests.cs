using System.Text;
using FastGate.Protocol.Sse;

namespace FastGate.Protocol.Tests.Sse.Fuzz;

public sealed class SseReaderOracleTests
{
    private static readonly string[] Pieces =
    [
        "data", "data:", "data: ", "event", "event: ", "id", "id: ", "retry: ", "retry:", ":", " ", "\n", "\r", "\r\n", "\n\n", "\r\n\r\n", "\r\r",
        "x", "42", "\0", "{\"a\":\"b\"}", "\u00EF\u00BB\u00BF", "\u00EF", "long text that goes on for a while, longer than one vector register is wide",
    ];

    [Theory]
    [InlineData(20261121)]
    [InlineData(7)]
    public void Random_streams_read_as_the_standard_says_however_they_are_split(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++)
        {
            string stream = Compose(random);
            byte[] octets = Encoding.Latin1.GetBytes(stream);
            using var reader = new SseReader();
            List<ReadEvent> events = ReadEvent.All(reader, Split(octets, random));
            List<ReadEvent> expected = SseOracle.Read(stream);
            string what = $"seed {seed}, round {round}: {Uri.EscapeDataString(stream)}";
            Assert.True(expected.SequenceEqual(events.Select(e => e with { Raw = "" })), what);

            // The octets passed on are a stream of the same events.
            string relayed = string.Concat(events.Select(e => e.Raw));
            Assert.True(expected.SequenceEqual(SseOracle.Read(relayed)) || relayed.StartsWith('\u00EF'), "relayed, " + what);
        }
    }

    private static string Compose(Random random)
    {
        var text = new StringBuilder();
        int count = random.Next(1, 24);
        for (int i = 0; i < count; i++)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]);
        }

        return text.ToString();
    }

    private static byte[][] Split(byte[] octets, Random random)
    {
        var pieces = new List<byte[]>();
        int longest = random.Next(1, 40);
        for (int i = 0; i < octets.Length;)
        {
            int length = Math.Min(random.Next(0, longest + 1), octets.Length - i);
            pieces.Add(octets[i..(i + length)]);
            i += length;
        }

        return [.. pieces];
    }
}

using System.Buffers;
using System.Globalization;
using System.Text;
using FastGate.Protocol.Http;

namespace FastGate.Fuzz.Http;

public class ChunkFuzz
{
    [Fact]
    public void Body_decoder_agrees_with_its_oracle()
        => FuzzRun.Over(
            random => Mutator.Mutate(NewBody(random), random),
            (input, random) =>
            {
                string expected = ChunkOracle.Decode(input);
                byte[] octets = Encoding.Latin1.GetBytes(input);
                string whole = Run(octets, _ => octets.Length, random, segmented: false);
                if (whole != expected)
                {
                    return $"in one piece\nfound:    {whole}\nexpected: {expected}";
                }

                string trickled = Run(octets, read => read + random.Next(1, 9), random, segmented: true);
                return trickled == expected ? null : $"in reads\nfound:    {trickled}\nexpected: {expected}";
            });

    private static string Run(byte[] octets, Func<int, int> nextRead, Random random, bool segmented)
    {
        var decoder = BodyDecoder.For(BodyFraming.Chunked, -1);
        var body = new StringBuilder();
        int consumed = 0;
        int read = 0;
        while (true)
        {
            ReadOnlySpan<byte> unread = octets.AsSpan(consumed, read - consumed);
            ReadOnlySequence<byte> buffer = segmented ? Arrival.Segments(unread, random) : new ReadOnlySequence<byte>(unread.ToArray());
            BodyStatus status;
            while ((status = decoder.Next(ref buffer, out ReadOnlySequence<byte> data)) == BodyStatus.Data)
            {
                body.Append(Encoding.Latin1.GetString(data.ToArray()));
            }

            consumed = read - (int)buffer.Length;
            if (status == BodyStatus.Done)
            {
                return $"Done [{body}] [{Encoding.Latin1.GetString(octets.AsSpan(consumed))}]";
            }

            if (status == BodyStatus.Invalid)
            {
                return $"Invalid [{body}]";
            }

            if (read == octets.Length)
            {
                return decoder.EndOfInput() ? "Complete" : $"Truncated [{body}]";
            }

            read = Math.Min(octets.Length, nextRead(read));
        }
    }

    private static string NewBody(Random random)
    {
        var text = new StringBuilder();
        for (int i = random.Next(5); i > 0; i--)
        {
            string data = random.Pick("x", "hello", "\r\n", "0\r\n\r\n", "\u0000\u00ff", new string('y', random.Next(1, 300)));
            string size = data.Length.ToString(random.Pick("x", "X", "x4", "x15"), CultureInfo.InvariantCulture);
            text.Append($"{size}{NewExtension(random)}\r\n{data}\r\n");
        }

        text.Append($"{random.Pick("0", "0", "000")}{NewExtension(random)}\r\n");
        for (int i = random.Next(3); i > 0; i--)
        {
            text.Append(random.Pick("A: b\r\n", "Content-Length: 3\r\n", "x:\r\n", $"Long: {new string('z', random.Next(4000, 4200))}\r\n"));
        }

        return text.Append("\r\n").Append(random.Pick("", "", "GET /", "\r\n")).ToString();
    }

    private static string NewExtension(Random random) => random.Next(5) switch
    {
        0 => ";a=b",
        1 => random.Next(4) == 0 ? $";{new string('e', random.Next(1000, 1040))}" : "; c=\"\u00e4\t\" ;d",
        _ => "",
    };
}

using System.Text;

namespace FastGate.Protocol.Tests.Json.Fuzz;

/// <summary>Makes bodies that are nearly right: real ones with a few octets changed, moved, dropped or repeated.</summary>
internal static class BodyMutator
{
    private static readonly string[] Splices =
    [
        "\"model\":\"x\",", "\"mod\\u0065l\":", "\"stream\":true,", "\"stream\":0,", "\"n\":3,", "\"user\":null,", "{", "}", "[", "]", ",", ":", "\"", "\\",
        "\\u00e9", "\\ud800", "\\ud83d\\ude00", "\\u12", "null", "true", "fals", "-", "0", "1.", "1e5", "1E+", " ", "\n", "\t", "\0", "\u001f", "data:",
        "\"stream_options\":{\"include_usage\":false},", "\"include_usage\":true,", "\"max_tokens\":12,", "\"messages\":[\"abc\"],", "\u00e9", "\"\":{},",
    ];

    public static byte[] Next(Random random, string[] corpus)
    {
        var body = new List<byte>(Encoding.UTF8.GetBytes(corpus[random.Next(corpus.Length)]));
        int changes = random.Next(0, 4);
        for (int i = 0; i < changes; i++)
        {
            int at = random.Next(0, body.Count + 1);
            int length = Math.Min(random.Next(1, 12), body.Count - at);
            switch (random.Next(6))
            {
                case 0 when at < body.Count:
                    body[at] = (byte)random.Next(256);
                    break;
                case 1:
                    body.RemoveRange(at, length);
                    break;
                case 2:
                    body.InsertRange(random.Next(0, body.Count + 1), body.GetRange(at, length));
                    break;
                case 3 when random.Next(4) == 0:
                    body.RemoveRange(at, body.Count - at);
                    break;
                case 4:
                    // After the opening brace, where a whole member may stand.
                    body.InsertRange(Math.Min(1, body.Count), Encoding.UTF8.GetBytes(Splices[random.Next(Splices.Length)]));
                    break;
                default:
                    body.InsertRange(at, Encoding.UTF8.GetBytes(Splices[random.Next(Splices.Length)]));
                    break;
            }
        }

        return [.. body];
    }
}

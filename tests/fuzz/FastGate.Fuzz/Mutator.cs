namespace FastGate.Fuzz;

/// <summary>Damages texts in the ways that parsers get wrong.</summary>
internal static class Mutator
{
    private static readonly string[] Pieces =
    [
        "\r", "\n", "\r\n", "\r\n\r\n", "\n\n", "\0", "\t", " ", "  ", ":", ",", ";", "/", "?", "#", "*", "%", "@", "[", "]", "\"", "=",
        "\u007f", "\u0080", "\u00ff", "\u000b", "\u0001", "0", "1", "9", "a", "F", "-", "+", "chunked", "close", "http://", "HTTP/1.1", " HTTP/1.0",
        "Host: b\r\n", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "Connection: x\r\n", "0\r\n\r\n", "5\r\nhello\r\n",
    ];

    /// <summary>None to several changes, each in one place.</summary>
    public static string Mutate(string text, Random random)
    {
        // Some inputs stay whole: agreement on what is right matters as much.
        int changes = random.Next(4) == 0 ? 0 : random.Next(1, 4);
        for (int i = 0; i < changes; i++)
        {
            int at = random.Next(text.Length + 1);
            int length = Math.Min(random.Next(1, 6), text.Length - at);
            text = random.Next(6) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(at, Pieces[random.Next(Pieces.Length)]),
                2 => text.Insert(at, ((char)random.Next(256)).ToString()),
                3 => text.Remove(at, Math.Min(1, length)).Insert(at, ((char)random.Next(256)).ToString()),
                4 => text.Insert(random.Next(text.Length + 1), text.Substring(at, Math.Min(random.Next(1, 40), text.Length - at))),
                _ => text.Remove(at, length).Insert(at, Pieces[random.Next(Pieces.Length)]),
            };
        }

        return random.Next(20) == 0 ? text[..random.Next(text.Length + 1)] : text;
    }

    public static T Pick<T>(this Random random, params T[] choices) => choices[random.Next(choices.Length)];
}

using System.Text;

namespace FastGate.MockProvider.Text;

/// <summary>
/// Cuts text into pieces such as a model's tokenizer would: a word with its leading space (long words in parts), or one other
/// character. Joined they are the text again, and none is cut inside a surrogate pair.
/// </summary>
internal static class Tokens
{
    internal const int LongestWord = 8;

    internal static List<string> Split(string text)
    {
        var pieces = new List<string>(text.Length / 4);
        int start = 0;
        while (start < text.Length)
        {
            int end = EndOfPiece(text, start);
            pieces.Add(text[start..end]);
            start = end;
        }

        return pieces;
    }

    /// <summary>The number of pieces, without making them.</summary>
    internal static int Count(ReadOnlySpan<char> text)
    {
        int count = 0;
        for (int start = 0; start < text.Length; count++)
        {
            start = EndOfPiece(text, start);
        }

        return count;
    }

    private static int EndOfPiece(ReadOnlySpan<char> text, int start)
    {
        int at = start;
        if (text[at] == ' ' && at + 1 < text.Length && text[at + 1] != ' ')
        {
            at++;
        }

        int word = at;
        while (at < text.Length && at - word < LongestWord && char.IsLetterOrDigit(text[at]))
        {
            at++;
        }

        if (at > word)
        {
            return at;
        }

        Rune.DecodeFromUtf16(text[at..], out _, out int consumed);
        return at + consumed;
    }
}

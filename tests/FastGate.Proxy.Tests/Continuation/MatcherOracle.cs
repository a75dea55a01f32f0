using System.Globalization;
using System.Text;
using FastGate.Proxy.Continuation;

namespace FastGate.Proxy.Tests.Continuation;

/// <summary>
/// What a whole continuation adds to a text, said again slowly: on lists of characters, all of both texts at hand, every overlap tried from
/// the longest down. Null when it is another answer.
/// </summary>
internal static class MatcherOracle
{
    internal static string? NewText(string delivered, string continuation, MatchRule rule)
    {
        Rune[] had = [.. delivered.EnumerateRunes()];
        Rune[] got = [.. continuation.EnumerateRunes()];
        if (rule == MatchRule.Exact)
        {
            return StartsWith(got, had) ? Text(got[had.Length..]) : null;
        }

        for (int overlap = Math.Min(had.Length, got.Length); overlap > 0; overlap--)
        {
            if (!StartsWith(got, had[^overlap..]))
            {
                continue;
            }

            if (IsMeant(had, overlap, rule))
            {
                return Text(got[overlap..]);
            }

            if (overlap == had.Length)
            {
                return null;
            }
        }

        // White space at the end is kept from the provider, and may come back.
        string kept = delivered[delivered.TrimEnd(' ', '\t', '\r', '\n').Length..];
        if (kept.Length > 0 && kept.Length < delivered.Length && continuation.StartsWith(kept, StringComparison.Ordinal))
        {
            return continuation[kept.Length..];
        }

        int shared = 0;
        while (shared < Math.Min(had.Length, got.Length) && had[shared] == got[shared])
        {
            shared++;
        }

        int back = 0;
        while (back < Math.Min(kept.Length, continuation.Length) && kept[back] == continuation[back])
        {
            back++;
        }

        return had.Length == 0 ? continuation : shared >= AnswerMatcher.RestartScalars ? null : continuation[back..];
    }

    // Of scripts with spaces between words.
    private static int Words(Rune[] text) => string.Concat(text.Select(rune => Rune.IsLetterOrDigit(rune) ? Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherLetter ? "\u4e00" : "w" : " "))
        .Split([' ', '\u4e00'], StringSplitOptions.RemoveEmptyEntries).Length;

    private static bool IsMeant(Rune[] had, int overlap, MatchRule rule)
    {
        Rune[] text = had[^overlap..];
        int ideographs = text.Count(rune => Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherLetter);
        int letters = text.Count(Rune.IsLetter) - ideographs;
        int weight = letters + text.Count(Rune.IsDigit) + (2 * ideographs);
        bool instructed = rule == MatchRule.AfterRequest;
        if (overlap == had.Length)
        {
            int wanted = Rune.IsLetter(text[0]) && Rune.IsLetter(text[^1]) ? 5 : 6;
            return (weight >= 8 || letters >= wanted) && !IsRepeated(Text(text));
        }

        bool startsWord = !Rune.IsLetterOrDigit(had[^(overlap + 1)]);
        bool enough = Rune.IsLetterOrDigit(text[0])
            ? weight >= 8 || (startsWord && letters >= (instructed ? 2 : 6))
            : instructed ? weight >= 8 || letters >= 5 : weight >= 8 && ideographs + Words(text) >= 4;
        return enough && !IsRepeated(Text(text));
    }

    private static bool IsRepeated(string text)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);
        return Enumerable.Range(1, octets.Length / 2).Any(period => Enumerable.Range(period, octets.Length - period).All(i => octets[i] == octets[i - period]));
    }

    private static bool StartsWith(Rune[] text, Rune[] start) => text.Length >= start.Length && text[..start.Length].SequenceEqual(start);

    private static string Text(Rune[] runes) => string.Concat(runes.Select(rune => rune.ToString()));
}

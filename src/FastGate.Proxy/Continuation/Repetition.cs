using System.Globalization;
using System.Text;

namespace FastGate.Proxy.Continuation;

/// <summary>
/// Tells whether text that ends an answer and also begins its continuation was said twice, or merely occurs twice. One letter in common
/// is chance ("hel" and "lo"), a sentence is not; texts that consist of repetitions (rows of a table, "null, null") are left alone.
/// </summary>
internal static class Repetition
{
    // Letters and digits that do not follow themselves by chance, wherever in a word they begin.
    private const int ClearlyMeant = 8;

    // The same for an overlap that begins with a word, and for the whole answer. Whoever is told to go on in the middle of a word tends to say it again from its start.
    private const int WordAfterPrefix = 6;
    private const int WordAfterRequest = 2;

    // The whole answer, where it begins and ends inside of words: said twice without anything between, that makes a word that hardly exists.
    private const int WordsWithoutGap = 5;

    // And for one that begins with the space or mark before a word.
    private const int SpacedWordAfterRequest = 5;

    // Words there must be then after a prefix. What goes on with one follows it as it is: with the space before them, two or three words make a text that
    // says them twice ("and again, and again").
    private const int SpacedWordsAfterPrefix = 4;

    /// <summary>
    /// Whether a continuation that begins with everything from <paramref name="start"/> on repeats it. Where not, the text occurs twice by chance,
    /// unless it is the whole answer: that little of one (an emoji, a digit, "ha ha", "very ") may be either.
    /// </summary>
    /// <param name="delivered">The text delivered, UTF-8.</param>
    /// <param name="start">Where the overlap begins: the first octet of a scalar.</param>
    /// <param name="rule">How the continuation was asked for; not <see cref="MatchRule.Exact"/>.</param>
    internal static bool IsMeant(ReadOnlySpan<byte> delivered, int start, MatchRule rule)
    {
        ReadOnlySpan<byte> overlap = delivered[start..];
        int letters = 0;
        int signs = 0;
        int digits = 0;
        int words = 0;
        bool inWord = false;
        foreach (Rune rune in Runes(overlap))
        {
            bool isSign = IsSign(rune);
            words += isSign || (Rune.IsLetterOrDigit(rune) && !inWord) ? 1 : 0;
            inWord = Rune.IsLetterOrDigit(rune) && !isSign;
            signs += isSign ? 1 : 0;
            letters += Rune.IsLetter(rune) && !isSign ? 1 : 0;
            digits += Rune.IsDigit(rune) ? 1 : 0;
        }

        int wanted = ClearlyMeant;
        int wantedWords = 0;
        Rune.DecodeFromUtf8(overlap, out Rune first, out _);
        Rune.DecodeLastFromUtf8(delivered[..start], out Rune before, out _);
        if (start == 0)
        {
            Rune.DecodeLastFromUtf8(overlap, out Rune last, out _);
            wanted = Rune.IsLetter(first) && Rune.IsLetter(last) ? WordsWithoutGap : WordAfterPrefix;
        }
        else if (!Rune.IsLetterOrDigit(first))
        {
            wanted = rule == MatchRule.AfterRequest ? SpacedWordAfterRequest : ClearlyMeant;
            wantedWords = rule == MatchRule.AfterRequest ? 0 : SpacedWordsAfterPrefix;
        }
        else if (!Rune.IsLetterOrDigit(before))
        {
            wanted = rule == MatchRule.AfterRequest ? WordAfterRequest : WordAfterPrefix;
        }

        // A sign says more than a letter, but words of two are often said twice.
        return (letters >= wanted || letters + digits + (2 * signs) >= ClearlyMeant) && words >= wantedWords && !IsPeriodic(overlap);
    }

    // Of a script that has no spaces between words, or no case.
    private static bool IsSign(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherLetter;

    // Whether the text is one piece said twice or more, the last time perhaps in part.
    private static bool IsPeriodic(ReadOnlySpan<byte> text)
    {
        for (int period = 1; period <= text.Length / 2; period++)
        {
            if (text[period..].SequenceEqual(text[..^period]))
            {
                return true;
            }
        }

        return false;
    }

    private static RuneEnumerator Runes(ReadOnlySpan<byte> text) => new(text);

    private ref struct RuneEnumerator(ReadOnlySpan<byte> text)
    {
        private ReadOnlySpan<byte> _rest = text;

        public Rune Current { get; private set; }

        public readonly RuneEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            Rune.DecodeFromUtf8(_rest, out Rune rune, out int length);
            Current = rune;
            _rest = _rest[length..];
            return true;
        }
    }
}

using System.Text;

namespace FastGate.MockProvider.Text;

/// <summary>Meaningless sentences of an exact length in tokens, the same ones for the same seed text; a longer one begins with the shorter.</summary>
internal static class Prose
{
    // No word is longer than a token; a few carry letters beyond ASCII so that every reader of the stream meets multi-byte characters.
    private static readonly string[] Words =
    [
        "amber", "birch", "canyon", "délicat", "ember", "fjord", "garnet", "harbour", "island", "jasmine", "kelp", "lagoon", "meadow", "naïve", "oasis", "pebble",
        "quartz", "river", "saffron", "thistle", "umbra", "velvet", "willow", "yonder", "zephyr", "answers", "carries", "drifts", "gathers", "holds", "keeps", "lifts",
        "moves", "opens", "passes", "quiets", "returns", "sings", "turns", "waits", "above", "across", "beside", "beyond", "inside", "through", "toward", "under",
        "bright", "calm", "distant", "early", "façade", "gentle", "hidden", "little", "narrow", "patient", "quick", "silver", "café", "señor", "🚀", "🌊",
    ];

    internal static string Compose(ReadOnlySpan<char> seedText, int tokens)
    {
        var random = StableRandom.From(seedText);
        var text = new StringBuilder(tokens * 7);
        int inSentence = 0;
        int length = 0;
        for (int i = 0; i < tokens; i++)
        {
            // A full stop is a token of its own.
            if (inSentence > 0 && inSentence == length)
            {
                text.Append('.');
                inSentence = 0;
                continue;
            }

            string word = Words[random.Below(Words.Length)];
            if (inSentence == 0)
            {
                length = 5 + random.Below(8);
                word = char.ToUpperInvariant(word[0]) + word[1..];
            }

            if (i > 0)
            {
                text.Append(' ');
            }

            text.Append(word);
            inSentence++;
        }

        return text.ToString();
    }
}

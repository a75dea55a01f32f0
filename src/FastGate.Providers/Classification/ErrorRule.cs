using System.Text;

namespace FastGate.Providers.Classification;

/// <summary>What an <see cref="ErrorRule"/> looks at.</summary>
internal enum Place : byte
{
    /// <summary>Nothing: the status alone decides.</summary>
    StatusAlone,

    /// <summary>The kind of body: it is no JSON, not even the beginning of one.</summary>
    NoJson,

    /// <summary>
    /// The error's names: <c>type</c>, <c>code</c>, <c>status</c>, <c>innererror.code</c>, <c>details[].reason</c> and their like.
    /// One of the rule's texts must be one of them, whatever the case.
    /// </summary>
    Name,

    /// <summary>
    /// The error's message. One of the rule's texts must be in it, whatever the case; <c>*</c> in a text stands for anything.
    /// </summary>
    Wording,

    /// <summary>The error's message, which must be one of the rule's texts and nothing else, whatever the case.</summary>
    WholeMessage,
}

/// <summary>One row of <see cref="ErrorRules"/>.</summary>
internal sealed class ErrorRule
{
    private readonly byte[][][] _texts;

    /// <param name="providers">Whose answers the row was made for. Not tested: compatible servers borrow each other's wordings.</param>
    /// <param name="statuses">Which statuses.</param>
    /// <param name="place">Where to look.</param>
    /// <param name="texts">What to look for, lower case; any one of them is enough.</param>
    /// <param name="verdict">What it means.</param>
    /// <param name="source">Where such an answer was reported, else the provider's page about its errors, which need not quote the wording.</param>
    internal ErrorRule(string providers, StatusRange statuses, Place place, string[] texts, VerdictKind verdict, string source)
    {
        Providers = providers;
        Statuses = statuses;
        Place = place;
        Texts = texts;
        Verdict = verdict;
        Source = source;
        _texts = Array.ConvertAll(texts, text => Array.ConvertAll(text.Split('*'), Encoding.UTF8.GetBytes));
    }

    internal string Providers { get; }

    internal StatusRange Statuses { get; }

    internal Place Place { get; }

    internal string[] Texts { get; }

    internal VerdictKind Verdict { get; }

    internal string Source { get; }

    /// <summary>Whether the row is about this error. Allocates nothing.</summary>
    /// <param name="status">The status, or <see cref="StatusRange.NoStatus"/>.</param>
    /// <param name="facts">What the body says.</param>
    /// <param name="wording">The message, lower case.</param>
    internal bool Matches(int status, in ErrorFacts facts, ReadOnlySpan<byte> wording) =>
        Statuses.Contains(status) && Place switch
        {
            Place.Name => facts.NameCount != 0 && HasName(facts),
            Place.NoJson => !facts.BeginsAsJson,
            Place.WholeMessage => HasMessage(wording),
            Place.Wording => !wording.IsEmpty && HasWording(wording),
            _ => true,
        };

    private bool HasName(in ErrorFacts facts)
    {
        foreach (byte[][] text in _texts)
        {
            if (facts.HasName(text[0]))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasMessage(ReadOnlySpan<byte> wording)
    {
        foreach (byte[][] text in _texts)
        {
            if (wording.SequenceEqual(text[0]))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasWording(ReadOnlySpan<byte> wording)
    {
        foreach (byte[][] text in _texts)
        {
            if (Holds(wording, text))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Holds(ReadOnlySpan<byte> wording, byte[][] parts)
    {
        foreach (byte[] part in parts)
        {
            int found = wording.IndexOf(part);
            if (found < 0)
            {
                return false;
            }

            wording = wording[(found + part.Length)..];
        }

        return true;
    }
}

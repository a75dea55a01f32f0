using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary>An answer of which a part has been given already, and what a model makes of it.</summary>
internal static class BegunAnswer
{
    internal static bool IsOf(string answer, string words) => words.Length > 0 && answer.StartsWith(words, StringComparison.Ordinal);

    /// <summary>What the model says after <paramref name="words"/>, the beginning of <paramref name="answer"/>.</summary>
    internal static string Continue(string answer, string words, OpenAiCall call)
    {
        if (call.Parameters.Overlap is { } overlap)
        {
            int from = Math.Max(0, words.Length - overlap);
            return answer[(from > 0 && char.IsLowSurrogate(answer[from]) ? from - 1 : from)..];
        }

        return call.Continuation switch
        {
            Continuation.Word => answer[LastWord(words)..],
            Continuation.All => answer,
            Continuation.Other => Prose.Compose(answer + "#other", call.AnswerTokens),
            _ => answer[words.Length..],
        };
    }

    /// <summary>
    /// A legacy prompt knows no roles: words already given follow the question directly. The question is the shortest beginning of the prompt whose
    /// answer begins with all that follows it, since one word may follow a longer one by chance; the first word of an answer tells most others apart
    /// cheaply. An echo is never split so.
    /// </summary>
    internal static string AnswerToPrompt(string prompt, OpenAiCall call)
    {
        if (!prompt.StartsWith("echo: ", StringComparison.Ordinal))
        {
            for (int at = 1; at < prompt.Length; at++)
            {
                if (!BeginsWord(prompt, at) || !prompt.AsSpan(at).StartsWith(Prose.Compose(prompt.AsSpan(0, at), 1), StringComparison.Ordinal))
                {
                    continue;
                }

                string answer = call.AnswerTo(prompt[..at]);
                if (IsOf(answer, prompt[at..]))
                {
                    return Continue(answer, prompt[at..], call);
                }
            }
        }

        return call.AnswerTo(prompt);
    }

    /// <summary>An answer begins with a capital or an emoji.</summary>
    private static bool BeginsWord(string text, int at) => char.IsUpper(text[at]) || char.IsHighSurrogate(text[at]);

    /// <summary>Where the last word begins: after the last space that is not at the end.</summary>
    private static int LastWord(string words)
    {
        int end = words.Length;
        while (end > 0 && words[end - 1] == ' ')
        {
            end--;
        }

        return words.LastIndexOf(' ', Math.Max(0, end - 1)) + 1;
    }
}

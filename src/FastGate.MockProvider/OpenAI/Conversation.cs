using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary>One message of a conversation, its parts' text joined.</summary>
internal readonly record struct Turn(string Role, string Text);

/// <summary>
/// A conversation and what a well-behaved model says next. The answer depends on the last user message (and on tool results after it)
/// alone, so any provider given the same conversation says the same. A conversation that ends with the beginning of that answer, or
/// with it and one more user message ("go on"), is answered with the rest: so a continuation can be told from a new answer.
/// </summary>
internal sealed class Conversation(IReadOnlyList<Turn> turns)
{
    internal bool EndsWithAssistant => turns.Count > 0 && turns[^1].Role == "assistant";

    internal bool EndsWithToolResult => turns.Count > 0 && turns[^1].Role == "tool";

    /// <summary>The last user message and the tool results that follow it.</summary>
    internal string Question => QuestionAt(LastUser(turns.Count));

    internal string Answer(OpenAiCall call, int choice)
    {
        int user = LastUser(turns.Count);
        string question = QuestionAt(user);
        if (choice > 0)
        {
            // Further choices differ from the first, but an echo is exact in all of them.
            return call.AnswerTo(question.StartsWith("echo: ", StringComparison.Ordinal) ? question : $"{question}#{choice}");
        }

        if (EndsWithAssistant)
        {
            return Rest(call.AnswerTo(question), turns[^1].Text, call) ?? call.AnswerTo(question);
        }

        if (user == turns.Count - 1 && user >= 2 && turns[user - 1].Role == "assistant" && !question.StartsWith("echo: ", StringComparison.Ordinal)
            && LastUser(user - 1) is >= 0 and int asked)
        {
            return Rest(call.AnswerTo(QuestionAt(asked)), turns[user - 1].Text, call) ?? call.AnswerTo(question);
        }

        return call.AnswerTo(question);
    }

    internal int CountTokens() => turns.Sum(turn => Tokens.Count(turn.Text) + 3) + 3;

    private int LastUser(int before)
    {
        int at = before - 1;
        while (at >= 0 && turns[at].Role != "user")
        {
            at--;
        }

        return at;
    }

    private string QuestionAt(int user)
    {
        if (user < 0)
        {
            return turns.Count > 0 ? turns[^1].Text : "";
        }

        string question = turns[user].Text;
        for (int i = user + 1; i < turns.Count; i++)
        {
            if (turns[i].Role == "tool")
            {
                question += "\n" + turns[i].Text;
            }
        }

        return question;
    }

    /// <summary>What follows <paramref name="begun"/> in the answer, less the overlap a test asks for; null when the answer does not begin so.</summary>
    private static string? Rest(string answer, string begun, OpenAiCall call)
    {
        if (begun.Length == 0 || begun.Length >= answer.Length || !answer.StartsWith(begun, StringComparison.Ordinal))
        {
            return null;
        }

        int from = Math.Max(0, begun.Length - (call.Parameters.Overlap ?? 0));
        if (from > 0 && char.IsLowSurrogate(answer[from]))
        {
            from--;
        }

        return answer[from..];
    }
}

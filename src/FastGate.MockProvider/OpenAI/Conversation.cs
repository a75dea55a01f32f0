using System.Text.RegularExpressions;
using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary>One message of a conversation, its parts' text joined.</summary>
internal readonly record struct Turn(string Role, string Text);

/// <summary>
/// A conversation and what a well-behaved model says next. The answer depends on the last user message (and on tool results after it)
/// alone, so any provider given the same conversation says the same. A conversation that ends with the beginning of that answer, or
/// with it and one more user message ("go on"), is answered with the rest: so a continuation can be told from a new answer.
/// </summary>
internal sealed partial class Conversation(IReadOnlyList<Turn> turns)
{
    internal bool EndsWithAssistant => turns.Count > 0 && turns[^1].Role == "assistant";

    internal bool EndsWithToolResult => turns.Count > 0 && turns[^1].Role == "tool";

    /// <summary>The last user message and the tool results that follow it.</summary>
    internal string Question => QuestionAt(LastUser(turns.Count));

    internal string Answer(OpenAiCall call, int choice)
    {
        string question = Question;
        if (choice > 0)
        {
            // Further choices differ from the first, but an echo is exact in all of them.
            return call.AnswerTo(IsEcho(question) ? question : $"{question}#{choice}");
        }

        if (EndsWithAssistant)
        {
            string answer = call.AnswerTo(question);
            return BegunAnswer.IsOf(answer, turns[^1].Text) ? BegunAnswer.Continue(answer, turns[^1].Text, call) : answer;
        }

        return AskedToGoOn(call) is { } begun ? BegunAnswer.Continue(begun.Answer, begun.Words, call) : call.AnswerTo(question);
    }

    /// <summary>
    /// The last user message asks for the rest of the answer before it: what that answer is in full, and its words so far; null when it asks for
    /// something else. Words that are all of it are only gone on from when the user says so: else the conversation simply goes on.
    /// </summary>
    internal (string Answer, string Words)? AskedToGoOn(OpenAiCall call)
    {
        int user = turns.Count - 1;
        if (user < 2 || turns[user].Role != "user" || turns[user - 1].Role != "assistant" || IsEcho(turns[user].Text) || LastUser(user - 1) is not (>= 0 and int asked))
        {
            return null;
        }

        string answer = call.AnswerTo(QuestionAt(asked));
        string words = turns[user - 1].Text;
        return BegunAnswer.IsOf(answer, words) && (words.Length < answer.Length || GoOn().IsMatch(turns[user].Text)) ? (answer, words) : null;
    }

    internal int CountTokens() => turns.Sum(turn => Tokens.Count(turn.Text) + 3) + 3;

    private static bool IsEcho(string text) => text.StartsWith("echo: ", StringComparison.Ordinal);

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

    [GeneratedRegex(@"\b(continue|continuing|go on|carry on|left off|broke off)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex GoOn();
}

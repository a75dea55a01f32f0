using System.Text.Json;
using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary>One choice of an answer, ended as its limits demand.</summary>
internal sealed record Completion(string? Text, IReadOnlyList<string> Pieces, IReadOnlyList<ToolCall> ToolCalls, string FinishReason)
{
    internal int TokenCount => Pieces.Count + ToolCalls.Sum(call => Tokens.Count(call.Arguments) + 8);

    internal static Completion Of(string text, int? maxTokens, IReadOnlyList<string> stops)
    {
        foreach (string stop in stops)
        {
            int at = text.IndexOf(stop, StringComparison.Ordinal);
            text = at < 0 ? text : text[..at];
        }

        List<string> pieces = Tokens.Split(text);
        if (maxTokens is not { } most || pieces.Count <= most)
        {
            return new Completion(text, pieces, [], "stop");
        }

        pieces.RemoveRange(most, pieces.Count - most);
        return new Completion(string.Concat(pieces), pieces, [], "length");
    }

    internal static Completion Of(IReadOnlyList<ToolCall> calls, string finishReason) => new(null, [], calls, finishReason);

    /// <summary>A string or up to four of them.</summary>
    internal static IReadOnlyList<string> ReadStops(RequestFields body)
    {
        if (!body.TryGet("stop", out JsonElement stop))
        {
            return [];
        }

        if (stop.ValueKind == JsonValueKind.String)
        {
            return stop.GetString() is { Length: > 0 } one ? [one] : [];
        }

        if (stop.ValueKind != JsonValueKind.Array)
        {
            throw OpenAiRejection.WrongType("stop", "one of a string or array of strings", RequestFields.NameOf(stop));
        }

        if (stop.GetArrayLength() > 4)
        {
            throw OpenAiRejection.Invalid(
                $"Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length {stop.GetArrayLength()} instead.",
                "stop",
                "array_above_max_length");
        }

        return
        [
            .. stop.EnumerateArray().Select((one, index) =>
                one.ValueKind == JsonValueKind.String ? one.GetString()! : throw OpenAiRejection.WrongType($"stop[{index}]", "a string", RequestFields.NameOf(one)))
                .Where(one => one.Length > 0),
        ];
    }
}

using System.Text.Json;

namespace FastGate.EndToEnd.Tests.Chaos;

/// <summary>Responses: named, numbered events, then <c>response.completed</c>; or <c>error</c> or <c>response.failed</c>.</summary>
internal sealed class ResponsesJudge(IReadOnlyList<string> expected) : AnswerJudge(expected)
{
    private readonly string _expected = expected[0];
    private long _sequence = -1;

    protected override void Judge(string? name, string data)
    {
        using var json = JsonDocument.Parse(data);
        JsonElement one = json.RootElement;
        string type = one.GetProperty("type").GetString()!;
        if (type != name)
        {
            Fail($"an event named {name} of type {type}");
        }

        if (type == "error")
        {
            IsInterrupted = true;
            CheckError(one);
            return;
        }

        long sequence = one.GetProperty("sequence_number").GetInt64();
        if (sequence <= _sequence)
        {
            Fail($"sequence number {sequence} after {_sequence}");
        }

        _sequence = sequence;
        switch (type)
        {
            case "response.output_text.delta":
                Say(0, one.GetProperty("delta").GetString());
                break;
            case "response.output_text.done":
                CheckWhole(one.GetProperty("text").GetString()!);
                break;
            case "response.completed":
                CheckWhole(one.GetProperty("response").GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!);
                Finish(0, one.GetProperty("response").GetProperty("status").GetString()!, "completed");
                IsWhole = true;
                break;
            case "response.failed":
                IsInterrupted = true;
                CheckError(one.GetProperty("response").GetProperty("error"));
                break;
        }
    }

    private void CheckWhole(string text)
    {
        if (text != _expected)
        {
            Fail("the whole text at the end is not the text");
        }
    }
}

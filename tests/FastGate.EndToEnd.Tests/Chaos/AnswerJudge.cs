using System.Text.Json;

namespace FastGate.EndToEnd.Tests.Chaos;

/// <summary>
/// Holds an answer, event by event, against the one it must be: at every moment what has come is the beginning of it. The first thing that is
/// not as it must be is the <see cref="Violation"/>.
/// </summary>
internal abstract class AnswerJudge(IReadOnlyList<string> expected)
{
    private readonly string[] _texts = [.. expected.Select(_ => "")];
    private readonly string?[] _finishes = new string?[expected.Count];

    /// <summary>What is wrong; null so far.</summary>
    public string? Violation { get; private set; }

    /// <summary>The answer is there in full and has been ended as its grammar demands.</summary>
    public bool IsWhole { get; protected set; }

    /// <summary>The stream has been ended by an error event.</summary>
    public bool IsInterrupted { get; protected set; }

    public int Events { get; private set; }

    protected bool AllFinished => _finishes.All(finish => finish is not null);

    /// <summary>Takes one event.</summary>
    public void Take(string? name, string data)
    {
        Events++;
        if (IsWhole || IsInterrupted)
        {
            Fail($"an event after the end: {Shortened(data)}");
            return;
        }

        try
        {
            Judge(name, data);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            Fail($"{exception.Message} in {Shortened(data)}");
        }
    }

    /// <summary>The stream is over.</summary>
    public void End()
    {
        if (!IsWhole && !IsInterrupted)
        {
            Fail(AllFinished ? "ended without its end marker" : $"ended after {_texts[0].Length} of {expected[0].Length} characters, without an error: a cut answer");
        }
    }

    public static AnswerJudge For(StreamPlan plan, IReadOnlyList<string> expected) => plan.Surface == Surface.Responses ? new ResponsesJudge(expected) : new ChunkJudge(plan, expected);

    protected abstract void Judge(string? name, string data);

    protected void Say(int choice, string? more)
    {
        if (string.IsNullOrEmpty(more))
        {
            return;
        }

        if (_finishes[choice] is not null)
        {
            Fail($"text after the finish: {Shortened(more)}");
        }

        string before = _texts[choice];
        _texts[choice] += more;
        if (!expected[choice].StartsWith(_texts[choice], StringComparison.Ordinal))
        {
            Fail($"after {before.Length} characters, '{Shortened(before[Math.Max(0, before.Length - 30)..])}', came '{Shortened(more)}' and not "
                + $"'{Shortened(expected[choice][Math.Min(before.Length, expected[choice].Length)..])}'");
        }
    }

    protected void Finish(int choice, string reason, params string[] allowed)
    {
        if (_finishes[choice] is not null)
        {
            Fail("finished twice");
        }

        _finishes[choice] = reason;
        if (!allowed.Contains(reason))
        {
            Fail($"finished with {reason}");
        }

        if (_texts[choice].Length != expected[choice].Length)
        {
            Fail($"finished after {_texts[choice].Length} of {expected[choice].Length} characters: a cut answer that looks whole");
        }
    }

    /// <summary>Something about the stream that is not in its events is wrong.</summary>
    public void Fail(string what) => Violation ??= what;

    protected void CheckError(JsonElement error)
    {
        if (string.IsNullOrEmpty(error.GetProperty("message").GetString()) || string.IsNullOrEmpty(error.GetProperty("code").GetString()))
        {
            Fail($"an error without message or code: {error}");
        }
    }

    private static string Shortened(string text) => text.Length <= 160 ? text : text[..160] + "...";
}

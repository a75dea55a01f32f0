using System.Text.Json;

namespace FastGate.EndToEnd.Tests.Chaos;

/// <summary>Chat completions and legacy completions: chunks, then <c>[DONE]</c>; or <c>{"error"}</c>, and no finish reason.</summary>
internal sealed class ChunkJudge(StreamPlan plan, IReadOnlyList<string> expected) : AnswerJudge(expected)
{
    private string? _id;
    private bool _usageSeen;

    protected override void Judge(string? name, string data)
    {
        if (data == "[DONE]")
        {
            IsWhole = true;
            if (!AllFinished)
            {
                Fail("[DONE] without a finish reason");
            }

            if (_usageSeen != plan.Usage)
            {
                Fail(plan.Usage ? "no usage" : "usage that was not asked for");
            }

            return;
        }

        using var json = JsonDocument.Parse(data);
        JsonElement chunk = json.RootElement;
        if (chunk.TryGetProperty("error", out JsonElement error))
        {
            IsInterrupted = true;
            CheckError(error);
            if (AllFinished)
            {
                Fail("an error after the whole answer");
            }

            return;
        }

        string id = chunk.GetProperty("id").GetString()!;
        if ((_id ??= id) != id)
        {
            Fail($"the id changed from {_id} to {id}");
        }

        foreach (JsonElement choice in chunk.GetProperty("choices").EnumerateArray())
        {
            TakeChoice(choice);
        }

        if (chunk.TryGetProperty("usage", out JsonElement usage) && usage.ValueKind == JsonValueKind.Object)
        {
            TakeUsage(usage);
        }
    }

    private void TakeChoice(JsonElement choice)
    {
        int index = choice.GetProperty("index").GetInt32();
        if (choice.TryGetProperty("text", out JsonElement text))
        {
            Say(index, text.GetString());
        }
        else
        {
            JsonElement delta = choice.GetProperty("delta");
            Say(index, delta.TryGetProperty("content", out JsonElement content) ? content.GetString() : null);
            if (delta.TryGetProperty("tool_calls", out JsonElement calls))
            {
                Say(index, calls[0].GetProperty("function").GetProperty("arguments").GetString());
            }
        }

        if (choice.GetProperty("finish_reason") is { ValueKind: JsonValueKind.String } finish)
        {
            Finish(index, finish.GetString()!, plan.Surface == Surface.ToolCall ? "tool_calls" : "stop");
        }
    }

    private void TakeUsage(JsonElement usage)
    {
        if (_usageSeen)
        {
            Fail("usage twice");
        }

        _usageSeen = true;
        int prompt = usage.GetProperty("prompt_tokens").GetInt32();
        int completion = usage.GetProperty("completion_tokens").GetInt32();
        if (prompt <= 0 || completion <= 0 || usage.GetProperty("total_tokens").GetInt32() != prompt + completion)
        {
            Fail($"usage that does not add up: {usage}");
        }
    }
}

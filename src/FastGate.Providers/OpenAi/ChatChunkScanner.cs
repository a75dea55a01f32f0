using System.Runtime.CompilerServices;
using FastGate.Protocol.Json;

namespace FastGate.Providers.OpenAi;

/// <summary>
/// Reads the facts out of one chunk of a chat completion stream (https://platform.openai.com/docs/api-reference/chat/streaming) or of a
/// legacy completion stream, in one strict pass, without allocating.
/// </summary>
public static class ChatChunkScanner
{
    // reasoning_content and reasoning_details.
    private const int LongestName = 17;

    /// <summary>The members looked at, on whatever level: where one does not belong it is skipped like any other.</summary>
    private enum Member : byte
    {
        Other,
        Id,
        Model,
        Object,
        Choices,
        Usage,
        Error,
        Index,
        Delta,
        Message,
        Text,
        FinishReason,
        Content,
        Refusal,
        Reasoning,
        ToolCall,
        Audio,
    }

    /// <summary>Whether the data of an event is the end mark <c>[DONE]</c>.</summary>
    /// <param name="data">The event's data.</param>
    public static bool IsDone(ReadOnlySpan<byte> data) => data.Trim(" \t"u8).SequenceEqual("[DONE]"u8);

    /// <summary>Scans the data of one event.</summary>
    /// <param name="json">The event's data.</param>
    /// <param name="facts">What was found.</param>
    /// <returns>False when the data is not a valid JSON object; the facts then mean nothing.</returns>
    public static bool TryScan(ReadOnlySpan<byte> json, out ChatChunk facts)
    {
        facts = default;
        return Scan(json, ref facts);
    }

    /// <summary>Scans a whole answer, one that was not streamed, for the same facts.</summary>
    /// <param name="json">The body.</param>
    /// <param name="facts">What was found.</param>
    /// <returns>False when the body is not a valid JSON object; the facts then mean nothing.</returns>
    public static bool TryScanWhole(ReadOnlySpan<byte> json, out ChatChunk facts)
    {
        facts = new ChatChunk { IsWhole = true };
        return Scan(json, ref facts);
    }

    private static bool Scan(ReadOnlySpan<byte> json, ref ChatChunk facts)
    {
        facts.MaxChoiceIndex = -1;
        var cursor = new JsonCursor(json);
        if (!cursor.TryEnterObject())
        {
            return false;
        }

        bool isErrorObject = false;
        while (cursor.NextProperty())
        {
            switch (MemberOf(cursor.Name))
            {
                case Member.Choices:
                    ScanChoices(ref cursor, ref facts);
                    break;
                case Member.Id:
                    facts.Id = OpenAiErrorFacts.ReadText(ref cursor);
                    break;
                case Member.Model:
                    facts.Model = OpenAiErrorFacts.ReadText(ref cursor);
                    break;
                case Member.Usage:
                    ScanUsage(ref cursor, ref facts);
                    break;
                case Member.Error:
                    ScanError(ref cursor, ref facts);
                    break;
                case Member.Object when cursor.TryReadString(out JsonString kind):
                    isErrorObject = kind.Is("error"u8);
                    break;
                default:
                    cursor.SkipValue();
                    break;
            }
        }

        if (!cursor.Finish())
        {
            return false;
        }

        if (isErrorObject)
        {
            TakeTopLevelError(json, ref facts);
        }

        return true;
    }

    private static void ScanUsage(ref JsonCursor cursor, ref ChatChunk facts)
    {
        if (TokenUsage.TryRead(ref cursor, out TokenUsage usage))
        {
            facts.Usage = usage;
            facts.Flags |= ChatChunkFlags.Usage;
        }
    }

    private static void ScanError(ref JsonCursor cursor, ref ChatChunk facts)
    {
        var error = default(OpenAiErrorFacts);
        if (error.TryRead(ref cursor))
        {
            facts.Error = error;
            facts.Flags |= ChatChunkFlags.Error;
        }
    }

    /// <summary>Some servers (vLLM, Mistral) send the error's members at the top, with <c>"object":"error"</c>.</summary>
    private static void TakeTopLevelError(ReadOnlySpan<byte> json, ref ChatChunk facts)
    {
        facts.Flags |= ChatChunkFlags.Error;
        if (OpenAiError.TryRead(json, out OpenAiErrorFacts error))
        {
            facts.Error = error;
        }
    }

    private static void ScanChoices(ref JsonCursor cursor, ref ChatChunk facts)
    {
        if (!cursor.TryEnterArray())
        {
            cursor.SkipValue();
            return;
        }

        while (cursor.NextElement())
        {
            facts.Choices++;
            int index = 0;
            if (cursor.TryEnterObject())
            {
                ScanChoice(ref cursor, ref facts, ref index);
            }
            else
            {
                cursor.SkipValue();
            }

            facts.MaxChoiceIndex = Math.Max(facts.MaxChoiceIndex, index);
        }
    }

    private static void ScanChoice(ref JsonCursor cursor, ref ChatChunk facts, ref int index)
    {
        while (cursor.NextProperty())
        {
            switch (MemberOf(cursor.Name))
            {
                case Member.Delta when cursor.TryEnterObject():
                case Member.Message when facts.IsWhole && cursor.TryEnterObject():
                    ScanDelta(ref cursor, ref facts);
                    break;
                case Member.Index:
                    index = cursor.TryReadInt64(out long value) ? (int)Math.Clamp(value, 0, int.MaxValue) : index;
                    break;
                case Member.FinishReason:
                    ScanFinish(ref cursor, ref facts);
                    break;
                case Member.Text:
                    ScanContent(ref cursor, ref facts);
                    break;
                default:
                    cursor.SkipValue();
                    break;
            }
        }
    }

    private static void ScanFinish(ref JsonCursor cursor, ref ChatChunk facts)
    {
        JsonSlice reason = OpenAiErrorFacts.ReadText(ref cursor);

        // Some servers write an empty reason for "not yet".
        if (!reason.IsEmpty && (facts.Flags & ChatChunkFlags.Finish) == 0)
        {
            facts.Flags |= ChatChunkFlags.Finish;
            facts.FinishReason = reason;
        }
    }

    private static void ScanDelta(ref JsonCursor cursor, ref ChatChunk facts)
    {
        while (cursor.NextProperty())
        {
            switch (MemberOf(cursor.Name))
            {
                case Member.Content:
                    ScanContent(ref cursor, ref facts);
                    break;
                case Member.ToolCall:
                    Mark(ref cursor, ref facts, ChatChunkFlags.ToolCall);
                    break;
                case Member.Refusal:
                    Mark(ref cursor, ref facts, ChatChunkFlags.Refusal);
                    break;
                case Member.Reasoning:
                    Mark(ref cursor, ref facts, ChatChunkFlags.Reasoning);
                    break;
                case Member.Audio:
                    Mark(ref cursor, ref facts, ChatChunkFlags.Audio);
                    break;
                default:
                    cursor.SkipValue();
                    break;
            }
        }
    }

    private static void ScanContent(ref JsonCursor cursor, ref ChatChunk facts)
    {
        if (!cursor.TryReadString(out JsonString text))
        {
            // Content in parts (Mistral's reasoning models).
            Mark(ref cursor, ref facts, ChatChunkFlags.Content);
        }
        else if (!text.IsEmpty)
        {
            if (facts.Content.IsEmpty)
            {
                facts.Content = JsonSlice.Before(cursor, text);
            }

            facts.Flags |= ChatChunkFlags.Content;
        }
    }

    /// <summary>Consumes the value and sets the flag if there is something in it: a non-empty string, array or object.</summary>
    private static void Mark(ref JsonCursor cursor, ref ChatChunk facts, ChatChunkFlags flag)
    {
        bool hasSomething;
        if (cursor.TryReadString(out JsonString text))
        {
            hasSomething = !text.IsEmpty;
        }
        else
        {
            bool isContainer = cursor.Peek() is JsonKind.Object or JsonKind.Array;
            int start = cursor.Position;
            cursor.SkipValue();

            // Shorter than any container with an element that matters: "[]", "{}", or these with white space.
            hasSomething = isContainer && cursor.Position - start > 2;
        }

        if (hasSomething)
        {
            facts.Flags |= flag;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Member MemberOf(JsonString name) => name.NeedsUnescape ? MemberOfEscaped(name) : MemberOf(name.Raw);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Member MemberOfEscaped(JsonString name) => MemberOf(name.InPlaceOr(stackalloc byte[LongestName]));

    private static Member MemberOf(ReadOnlySpan<byte> name)
    {
        switch (name.Length)
        {
            case 2:
                return name.SequenceEqual("id"u8) ? Member.Id : Member.Other;
            case 4:
                return name.SequenceEqual("text"u8) ? Member.Text : Member.Other;
            case 5:
                return name.SequenceEqual("delta"u8) ? Member.Delta
                    : name.SequenceEqual("index"u8) ? Member.Index
                    : name.SequenceEqual("model"u8) ? Member.Model
                    : name.SequenceEqual("usage"u8) ? Member.Usage
                    : name.SequenceEqual("error"u8) ? Member.Error
                    : name.SequenceEqual("audio"u8) ? Member.Audio
                    : Member.Other;
            case 6:
                return name.SequenceEqual("object"u8) ? Member.Object : Member.Other;
            case 7:
                return name.SequenceEqual("content"u8) ? Member.Content
                    : name.SequenceEqual("choices"u8) ? Member.Choices
                    : name.SequenceEqual("refusal"u8) ? Member.Refusal
                    : name.SequenceEqual("message"u8) ? Member.Message
                    : Member.Other;
            case 9:
                return name.SequenceEqual("reasoning"u8) ? Member.Reasoning : Member.Other;
            case 10:
                return name.SequenceEqual("tool_calls"u8) ? Member.ToolCall : Member.Other;
            case 13:
                return name.SequenceEqual("finish_reason"u8) ? Member.FinishReason
                    : name.SequenceEqual("function_call"u8) ? Member.ToolCall
                    : Member.Other;
            case LongestName:
                return name.SequenceEqual("reasoning_content"u8) || name.SequenceEqual("reasoning_details"u8) ? Member.Reasoning : Member.Other;
            default:
                return Member.Other;
        }
    }
}

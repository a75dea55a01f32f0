using FastGate.Protocol.Json;

namespace FastGate.Providers.OpenAi;

/// <summary>
/// Reads the facts out of one event of a Responses API stream (https://platform.openai.com/docs/api-reference/responses-streaming), in one
/// strict pass, without allocating. Such a stream ends with a terminal event, not with <c>[DONE]</c>.
/// </summary>
public static class ResponsesEventScanner
{
    /// <summary>Scans the data of one event.</summary>
    /// <param name="json">The event's data.</param>
    /// <param name="facts">What was found.</param>
    /// <returns>False when the data is not a valid JSON object; the facts then mean nothing.</returns>
    public static bool TryScan(ReadOnlySpan<byte> json, out ResponsesEvent facts)
    {
        facts = default;
        var error = default(OpenAiErrorFacts);
        bool hasDelta = false;
        bool hasImage = false;
        var cursor = new JsonCursor(json);
        if (!cursor.TryEnterObject())
        {
            return false;
        }

        while (cursor.NextProperty())
        {
            JsonString name = cursor.Name;
            if (name.Is("type"u8))
            {
                facts.Type = OpenAiErrorFacts.ReadText(ref cursor);
            }
            else if (name.Is("delta"u8))
            {
                hasDelta = ReadDelta(ref cursor, ref facts);
            }
            else if (name.Is("partial_image_b64"u8))
            {
                hasImage = !OpenAiErrorFacts.ReadText(ref cursor).IsEmpty;
            }
            else if (name.Is("response"u8))
            {
                ReadResponse(ref cursor, ref facts, ref error);
            }
            else if (name.Is("error"u8))
            {
                error.TryRead(ref cursor);
            }
            else if (name.Is("message"u8) || name.Is("code"u8) || name.Is("param"u8))
            {
                error.TryReadMember(ref cursor);
            }
            else
            {
                cursor.SkipValue();
            }
        }

        if (!cursor.Finish())
        {
            return false;
        }

        facts.Error = error;
        Classify(json, ref facts, hasDelta, hasImage);
        return true;
    }

    private static void Classify(ReadOnlySpan<byte> json, ref ResponsesEvent facts, bool hasDelta, bool hasImage)
    {
        ReadOnlySpan<byte> type = facts.Type.Of(json);
        if (type.EndsWith(".delta"u8) && type.StartsWith("response."u8))
        {
            if (hasDelta)
            {
                facts.Kind = ResponsesEventKind.Content;
                facts.Content = ContentOf(type);
            }
        }
        else if (type.SequenceEqual("response.completed"u8))
        {
            facts.Kind = ResponsesEventKind.Completed;
        }
        else if (type.SequenceEqual("response.incomplete"u8))
        {
            facts.Kind = ResponsesEventKind.Incomplete;
        }
        else if (type.SequenceEqual("response.failed"u8))
        {
            facts.Kind = ResponsesEventKind.Failed;
        }
        else if (type.SequenceEqual("error"u8))
        {
            facts.Kind = ResponsesEventKind.Error;
        }
        else if (hasImage)
        {
            facts.Kind = ResponsesEventKind.Content;
            facts.Content = ChatChunkFlags.Content;
        }
    }

    /// <summary>By the type between <c>response.</c> and <c>.delta</c>.</summary>
    private static ChatChunkFlags ContentOf(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("response.output_text.delta"u8) ? ChatChunkFlags.Content
        : type.IndexOf("reasoning"u8) >= 0 ? ChatChunkFlags.Reasoning
        : type.IndexOf("refusal"u8) >= 0 ? ChatChunkFlags.Refusal
        : type.IndexOf("_call"u8) >= 0 ? ChatChunkFlags.ToolCall
        : type.IndexOf("audio"u8) >= 0 ? ChatChunkFlags.Audio
        : ChatChunkFlags.Content;

    /// <summary>Nearly always a string; any other value but <c>null</c> counts as content.</summary>
    private static bool ReadDelta(ref JsonCursor cursor, ref ResponsesEvent facts)
    {
        if (cursor.TryReadString(out JsonString text))
        {
            facts.Delta = JsonSlice.Before(cursor, text);
            return !text.IsEmpty;
        }

        bool hasValue = cursor.Peek() != JsonKind.Null;
        cursor.SkipValue();
        return hasValue;
    }

    private static void ReadResponse(ref JsonCursor cursor, ref ResponsesEvent facts, ref OpenAiErrorFacts error)
    {
        if (!cursor.TryEnterObject())
        {
            cursor.SkipValue();
            return;
        }

        while (cursor.NextProperty())
        {
            JsonString name = cursor.Name;
            if (name.Is("id"u8))
            {
                facts.Id = OpenAiErrorFacts.ReadText(ref cursor);
            }
            else if (name.Is("error"u8))
            {
                error.TryRead(ref cursor);
            }
            else if (name.Is("usage"u8))
            {
                if (TokenUsage.TryRead(ref cursor, out TokenUsage usage))
                {
                    facts.Usage = usage;
                    facts.HasUsage = true;
                }
            }
            else if (name.Is("incomplete_details"u8) && cursor.TryEnterObject())
            {
                ReadIncompleteDetails(ref cursor, ref facts);
            }
            else
            {
                cursor.SkipValue();
            }
        }
    }

    private static void ReadIncompleteDetails(ref JsonCursor cursor, ref ResponsesEvent facts)
    {
        while (cursor.NextProperty())
        {
            if (cursor.Name.Is("reason"u8))
            {
                facts.Reason = OpenAiErrorFacts.ReadText(ref cursor);
            }
            else
            {
                cursor.SkipValue();
            }
        }
    }
}

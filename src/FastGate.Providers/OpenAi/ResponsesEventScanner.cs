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

    /// <summary>Scans a whole response, one that was not streamed, for the same facts: its status tells the kind, its output the content.</summary>
    /// <param name="json">The body.</param>
    /// <param name="facts">What was found; <see cref="ResponsesEvent.Content"/> is set whatever the kind.</param>
    /// <returns>False when the body is not a valid JSON object; the facts then mean nothing.</returns>
    public static bool TryScanWhole(ReadOnlySpan<byte> json, out ResponsesEvent facts)
    {
        facts = default;
        var error = default(OpenAiErrorFacts);
        var cursor = new JsonCursor(json);
        if (!cursor.TryEnterObject())
        {
            return false;
        }

        while (cursor.NextProperty())
        {
            JsonString name = cursor.Name;
            if (name.Is("status"u8))
            {
                facts.Type = OpenAiErrorFacts.ReadText(ref cursor);
            }
            else if (name.Is("output"u8))
            {
                facts.Content = ReadOutput(ref cursor) ? ChatChunkFlags.Content : ChatChunkFlags.None;
            }
            else if (name.Is("error"u8))
            {
                // A provider that knows no statuses may still report an error.
                facts.Kind = error.TryRead(ref cursor) ? ResponsesEventKind.Error : facts.Kind;
            }
            else if (!TryReadMember(ref cursor, ref facts, ref error))
            {
                cursor.SkipValue();
            }
        }

        if (!cursor.Finish())
        {
            return false;
        }

        ReadOnlySpan<byte> status = facts.Type.Of(json);
        facts.Error = error;
        facts.Kind = status.SequenceEqual("failed"u8) ? ResponsesEventKind.Failed
            : facts.Kind == ResponsesEventKind.Error ? ResponsesEventKind.Error
            : status.SequenceEqual("incomplete"u8) ? ResponsesEventKind.Incomplete
            : ResponsesEventKind.Completed;
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
            if (!TryReadMember(ref cursor, ref facts, ref error))
            {
                cursor.SkipValue();
            }
        }
    }

    /// <summary>Reads the member of a response the cursor is at if it is of interest.</summary>
    /// <returns>Whether its value was consumed.</returns>
    private static bool TryReadMember(ref JsonCursor cursor, ref ResponsesEvent facts, ref OpenAiErrorFacts error)
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
            return false;
        }

        return true;
    }

    /// <summary>Whether anything stands in the output: a call, an image, a message that is not empty. Reasoning alone is no answer.</summary>
    private static bool ReadOutput(ref JsonCursor cursor)
    {
        bool hasContent = false;
        if (!cursor.TryEnterArray())
        {
            cursor.SkipValue();
            return false;
        }

        while (cursor.NextElement())
        {
            if (cursor.TryEnterObject())
            {
                hasContent |= ReadItem(ref cursor);
            }
            else
            {
                cursor.SkipValue();
            }
        }

        return hasContent;
    }

    private static bool ReadItem(ref JsonCursor cursor)
    {
        bool isMessage = false;
        bool isReasoning = false;
        bool hasText = false;
        while (cursor.NextProperty())
        {
            if (cursor.Name.Is("type"u8) && cursor.TryReadString(out JsonString type))
            {
                isMessage = type.Is("message"u8);
                isReasoning = type.Is("reasoning"u8);
            }
            else if (cursor.Name.Is("content"u8) && cursor.TryEnterArray())
            {
                while (cursor.NextElement())
                {
                    hasText |= ReadPart(ref cursor);
                }
            }
            else if (cursor.Name.Is("content"u8) && cursor.TryReadString(out JsonString text))
            {
                hasText |= !text.IsEmpty;
            }
            else
            {
                cursor.SkipValue();
            }
        }

        return isMessage ? hasText : !isReasoning;
    }

    private static bool ReadPart(ref JsonCursor cursor)
    {
        bool hasText = false;
        if (!cursor.TryEnterObject())
        {
            cursor.SkipValue();
            return false;
        }

        while (cursor.NextProperty())
        {
            if ((cursor.Name.Is("text"u8) || cursor.Name.Is("refusal"u8)) && cursor.TryReadString(out JsonString text))
            {
                hasText |= !text.IsEmpty;
            }
            else
            {
                cursor.SkipValue();
            }
        }

        return hasText;
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

using System.Buffers;
using FastGate.Protocol.Json;
using FastGate.Providers.Presets;
using FastGate.Proxy.Attempts;

namespace FastGate.Proxy.Continuation;

/// <summary>Tells a provider of the beginning of an answer, by what is put into the client's own request.</summary>
internal static class ContinuationBody
{
    private static ReadOnlySpan<byte> UserStart => "[{\"role\":\"user\",\"content\":"u8;

    private static ReadOnlySpan<byte> AssistantStart => "{\"role\":\"assistant\",\"content\":"u8;

    private static ReadOnlySpan<byte> GoOn =>
        ",{\"role\":\"user\",\"content\":\"Your last message was cut off. Go on from exactly where it stops: your reply is appended to it as it is. Repeat nothing of it, and add no introduction.\"}"u8;

    /// <summary>Whether the request has a place where the beginning of an answer can be put.</summary>
    internal static bool CanCarry(ContinuationMode mode, RequestScanner request) => mode switch
    {
        ContinuationMode.Replay => true,
        ContinuationMode.Prefill when request.Prompt.Kind == JsonKind.String => true,
        ContinuationMode.Instruct when request.Messages.Kind != JsonKind.Array => request.Input.Kind is JsonKind.Array or JsonKind.String,
        _ => request.Messages.Kind == JsonKind.Array,
    };

    /// <summary>Adds what the mode puts into the request.</summary>
    /// <param name="edits">The request's edits so far.</param>
    /// <param name="mode">The mode; one that <see cref="CanCarry"/>.</param>
    /// <param name="style">How the provider is told of a prefix.</param>
    /// <param name="request">Where things lie in the body.</param>
    /// <param name="body">The body.</param>
    /// <param name="text">The beginning of the answer, UTF-8.</param>
    internal static void Put(ref BodyEdits edits, ContinuationMode mode, PrefixStyle style, RequestScanner request, in ReadOnlySequence<byte> body, ReadOnlySpan<byte> text)
    {
        if (mode == ContinuationMode.Replay)
        {
            return;
        }

        var added = new ArrayBufferWriter<byte>(text.Length + 256);
        bool chat = request.Messages.Kind == JsonKind.Array;
        if (!chat && mode == ContinuationMode.Prefill)
        {
            // A legacy completion goes on with its prompt.
            JsonEscapes.WriteText(added, text);
            edits.Add(new BodyEdit(request.Prompt.End - 1, 0, added.WrittenMemory));
            return;
        }

        // The Responses API takes the same messages as chat does, and a lone question.
        ValueRange turns = chat ? request.Messages : request.Input;
        if (turns.Kind == JsonKind.String)
        {
            edits.Add(new BodyEdit(turns.Offset, 0, UserStart.ToArray()));
            added.Write("},"u8);
        }
        else if (!IsEmptyArray(body.Slice(turns.Offset, turns.Length)))
        {
            added.Write(","u8);
        }

        added.Write(AssistantStart);
        JsonEscapes.WriteString(added, text);
        added.Write(mode != ContinuationMode.Prefill ? "}"u8 : style switch
        {
            PrefixStyle.Prefix => ",\"prefix\":true}"u8,
            PrefixStyle.Partial => ",\"partial\":true}"u8,
            _ => "}"u8,
        });
        if (mode == ContinuationMode.Instruct)
        {
            added.Write(GoOn);
        }

        if (turns.Kind == JsonKind.String)
        {
            added.Write("]"u8);
            edits.Add(new BodyEdit(turns.End, 0, added.WrittenMemory));
            return;
        }

        edits.Add(new BodyEdit(turns.End - 1, 0, added.WrittenMemory));
        if (mode == ContinuationMode.Prefill && style == PrefixStyle.ContinueFinalMessage)
        {
            edits.Add(new BodyEdit(turns.End, 0, ",\"continue_final_message\":true,\"add_generation_prompt\":false"u8.ToArray()));
        }
    }

    private static bool IsEmptyArray(in ReadOnlySequence<byte> array)
    {
        var reader = new SequenceReader<byte>(array);
        reader.Advance(1);
        reader.AdvancePastAny(" \t\r\n"u8);
        return reader.TryPeek(out byte next) && next == ']';
    }
}

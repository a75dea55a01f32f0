using System.Buffers;
using System.Text;
using FastGate.Protocol.Json;

namespace FastGate.Providers.OpenAi;

/// <summary>Error bodies of the OpenAI shape, <c>{"error":{"message","type","param","code"}}</c>.</summary>
public static class OpenAiError
{
    /// <summary>Writes an error body. Texts are escaped, octets that are not UTF-8 become U+FFFD.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="message">For humans.</param>
    /// <param name="type">As <c>invalid_request_error</c>.</param>
    /// <param name="code">As <c>model_not_found</c>; empty is written as <c>null</c>.</param>
    /// <param name="param">The request's member concerned; empty is written as <c>null</c>.</param>
    /// <param name="attempts">The value of <c>error.attempts</c>, JSON as it is to appear; empty leaves the member out.</param>
    public static void Write(
        IBufferWriter<byte> writer,
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> type,
        ReadOnlySpan<byte> code,
        ReadOnlySpan<byte> param = default,
        ReadOnlySpan<byte> attempts = default)
    {
        writer.Write("{\"error\":{\"message\":"u8);
        JsonEscapes.WriteString(writer, message);
        writer.Write(",\"type\":"u8);
        JsonEscapes.WriteString(writer, type);
        writer.Write(",\"param\":"u8);
        WriteStringOrNull(writer, param);
        writer.Write(",\"code\":"u8);
        WriteStringOrNull(writer, code);
        if (!attempts.IsEmpty)
        {
            writer.Write(",\"attempts\":"u8);
            writer.Write(attempts);
        }

        writer.Write("}}"u8);
    }

    /// <summary>Writes an error body whose message is a string; allocates for it.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="message">For humans.</param>
    /// <param name="type">As <c>invalid_request_error</c>.</param>
    /// <param name="code">As <c>model_not_found</c>; empty is written as <c>null</c>.</param>
    /// <param name="param">The request's member concerned; empty is written as <c>null</c>.</param>
    public static void Write(IBufferWriter<byte> writer, string message, ReadOnlySpan<byte> type, ReadOnlySpan<byte> code, ReadOnlySpan<byte> param = default) =>
        Write(writer, Encoding.UTF8.GetBytes(message), type, code, param);

    /// <summary>
    /// Reads a provider's error body: the OpenAI shape, a bare <c>{"error":"message"}</c>, the error's members at the top (Mistral, vLLM), or
    /// <c>{"detail":"message"}</c> (FastAPI servers).
    /// </summary>
    /// <param name="body">The body, or the data of an event.</param>
    /// <param name="facts">What it says, as slices of <paramref name="body"/>.</param>
    /// <returns>Whether the body is JSON and holds an error.</returns>
    public static bool TryRead(ReadOnlySpan<byte> body, out OpenAiErrorFacts facts)
    {
        facts = default;
        var top = default(OpenAiErrorFacts);
        bool found = false;
        var cursor = new JsonCursor(body);

        // Google's OpenAI-compatible endpoint wraps the error object in an array.
        bool inArray = cursor.TryEnterArray() && cursor.NextElement();
        if (!cursor.TryEnterObject())
        {
            return false;
        }

        while (cursor.NextProperty())
        {
            if (cursor.Name.Is("error"u8))
            {
                found |= facts.TryRead(ref cursor);
            }
            else if (cursor.Name.Is("detail"u8) && cursor.Peek() == JsonKind.String)
            {
                top.Message = OpenAiErrorFacts.ReadText(ref cursor);
            }
            else if (!top.TryReadMember(ref cursor))
            {
                cursor.SkipValue();
            }
        }

        while (inArray && cursor.NextElement())
        {
            cursor.SkipValue();
        }

        if (!cursor.Finish())
        {
            return false;
        }

        if (!found)
        {
            facts = top;
        }

        return found || !top.Message.IsEmpty;
    }

    private static void WriteStringOrNull(IBufferWriter<byte> writer, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            writer.Write("null"u8);
        }
        else
        {
            JsonEscapes.WriteString(writer, text);
        }
    }
}

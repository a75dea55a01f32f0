using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FastGate.Providers.OpenAi;
using FastGate.Protocol.Sse;
using FastGate.Proxy.Answers;

namespace FastGate.Proxy.Responses;

/// <summary>Writes the gateway's own errors in the OpenAI shape.</summary>
internal static class ErrorWriter
{
    /// <summary>A whole error response; for HEAD only its head, or its body would be taken for the next response. Not flushed.</summary>
    internal static void Write(PipeWriter output, GatewayError error, ReadOnlySpan<byte> extraLines, in ResponseMark mark, bool withBody, ReadOnlySpan<byte> attempts = default, AnswerTap? tap = null)
    {
        var body = new ArrayBufferWriter<byte>(512);
        WriteBody(body, error, attempts);
        ResponseHeadWriter.WriteOwn(output, error.Status, "application/json"u8, extraLines, mark, body.WrittenCount);
        tap?.Record(error.Status, [.. "content-type: application/json\r\n"u8, .. extraLines], new ReadOnlySequence<byte>(body.WrittenMemory), mark, isStream: false, final: false);
        if (withBody)
        {
            output.Write(body.WrittenSpan);
        }
    }

    /// <summary>The one event that tells a client that its stream broke.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="message">What happened.</param>
    /// <param name="responsesGrammar">Whether the stream is one of the Responses API.</param>
    /// <param name="response">For those: which response it was and how many events have been sent of it.</param>
    internal static void WriteInterruption(IBufferWriter<byte> output, string message, bool responsesGrammar, in ResponseProgress response = default)
    {
        var body = new ArrayBufferWriter<byte>(512);
        if (!responsesGrammar)
        {
            WriteBody(body, new GatewayError(502, "api_error", "stream_interrupted", message));
            SseWriter.WriteData(output, body.WrittenSpan);
            return;
        }

        // The Responses API's own bad end: its clients know the response as failed, with the reason in it.
        body.Write("{\"type\":\"response.failed\",\"sequence_number\":"u8);
        body.Write(Encoding.ASCII.GetBytes(response.Events.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        body.Write(",\"response\":{"u8);
        if (!response.Id.IsEmpty)
        {
            body.Write("\"id\":\""u8);
            body.Write(response.Id);
            body.Write("\","u8);
        }

        body.Write("\"object\":\"response\",\"status\":\"failed\",\"error\":{\"code\":\"stream_interrupted\",\"message\":"u8);
        Protocol.Json.JsonEscapes.WriteString(body, Encoding.UTF8.GetBytes(message));
        body.Write("},\"incomplete_details\":null,\"output\":[]}}"u8);
        SseWriter.WriteEvent(output, body.WrittenSpan, "response.failed"u8);
    }

    private static void WriteBody(IBufferWriter<byte> body, GatewayError error, ReadOnlySpan<byte> attempts = default) => OpenAiError.Write(
        body,
        Encoding.UTF8.GetBytes(error.Message),
        Encoding.UTF8.GetBytes(error.Type),
        Encoding.UTF8.GetBytes(error.Code),
        Encoding.UTF8.GetBytes(error.Param ?? ""),
        attempts);
}

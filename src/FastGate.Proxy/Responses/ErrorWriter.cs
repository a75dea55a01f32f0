using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FastGate.Providers.OpenAi;
using FastGate.Protocol.Sse;

namespace FastGate.Proxy.Responses;

/// <summary>Writes the gateway's own errors in the OpenAI shape.</summary>
internal static class ErrorWriter
{
    /// <summary>A whole error response; for HEAD only its head, or its body would be taken for the next response. Not flushed.</summary>
    internal static void Write(PipeWriter output, GatewayError error, ReadOnlySpan<byte> extraLines, in ResponseMark mark, bool withBody)
    {
        var body = new ArrayBufferWriter<byte>(512);
        WriteBody(body, error);
        ResponseHeadWriter.WriteOwn(output, error.Status, "application/json"u8, extraLines, mark, body.WrittenCount);
        if (withBody)
        {
            output.Write(body.WrittenSpan);
        }
    }

    /// <summary>The one event that tells a client that its stream broke.</summary>
    internal static void WriteInterruption(IBufferWriter<byte> output, string message, bool responsesGrammar)
    {
        var body = new ArrayBufferWriter<byte>(512);
        if (responsesGrammar)
        {
            // The Responses API's own error event carries the error's members at the top.
            body.Write("{\"type\":\"error\",\"code\":\"stream_interrupted\",\"message\":"u8);
            Protocol.Json.JsonEscapes.WriteString(body, Encoding.UTF8.GetBytes(message));
            body.Write(",\"param\":null}"u8);
            SseWriter.WriteEvent(output, body.WrittenSpan, "error"u8);
        }
        else
        {
            WriteBody(body, new GatewayError(502, "api_error", "stream_interrupted", message));
            SseWriter.WriteData(output, body.WrittenSpan);
        }
    }

    private static void WriteBody(IBufferWriter<byte> body, GatewayError error) =>
        OpenAiError.Write(body, error.Message, Encoding.UTF8.GetBytes(error.Type), Encoding.UTF8.GetBytes(error.Code), Encoding.UTF8.GetBytes(error.Param ?? ""));
}

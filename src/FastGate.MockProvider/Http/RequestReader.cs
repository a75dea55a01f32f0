using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FastGate.Protocol.Http;

namespace FastGate.MockProvider.Http;

/// <summary>One message off the wire: a request, or why there is none to serve.</summary>
/// <param name="Request">The request; null when not even its head could be read.</param>
/// <param name="KeepAlive">The client wants the connection kept.</param>
/// <param name="FailureStatus">0, or the status of the refusal that HTTP itself demands; the connection cannot go on after it.</param>
/// <param name="Failure">What is wrong, in words.</param>
internal readonly record struct Received(MockRequest? Request, bool KeepAlive, int FailureStatus, string Failure);

/// <summary>Reads whole requests from a connection.</summary>
internal sealed class RequestReader(PipeReader input, Stream output, int maxBodyBytes)
{
    private static readonly HeadLimits Limits = new(MaxBytes: 64 * 1024, MaxHeaders: 256);
    private static readonly byte[] Continue = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();

    private readonly RequestHead _head = new();

    /// <summary>The next request; null at the end of the input.</summary>
    internal async Task<Received?> ReadAsync()
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync();
            _head.Reset();
            ParseStatus status = RequestParser.TryParse(result.Buffer, _head, Limits);
            switch (status)
            {
                case ParseStatus.Invalid:
                    input.AdvanceTo(result.Buffer.Start);
                    return new Received(null, false, 400, $"The request is not valid HTTP: {_head.Error}.");
                case ParseStatus.Complete:
                    MockRequest request = Take(_head);
                    input.AdvanceTo(result.Buffer.GetPosition(_head.Length));
                    return await ReadBodyAsync(request);
                default:
                    input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                    if (result.IsCompleted)
                    {
                        return null;
                    }

                    break;
            }
        }
    }

    private static MockRequest Take(RequestHead head)
    {
        var headers = new KeyValuePair<string, string>[head.HeaderCount];
        for (int i = 0; i < headers.Length; i++)
        {
            headers[i] = new(Encoding.Latin1.GetString(head.NameOf(i)), Encoding.Latin1.GetString(head.ValueOf(i)));
        }

        return new MockRequest(Encoding.Latin1.GetString(head[head.Method]), Encoding.Latin1.GetString(head[head.Path]), headers, []);
    }

    /// <summary>Only what the head decided survives its buffer: framing, length and the connection's fate.</summary>
    private async Task<Received?> ReadBodyAsync(MockRequest request)
    {
        if (_head.Minor == 0)
        {
            return new Received(request, false, 505, "This server speaks HTTP/1.1 only.");
        }

        if (request.Method == "POST" && _head.Framing == BodyFraming.None)
        {
            return new Received(request, false, 411, "A POST request needs a Content-Length or a chunked body.");
        }

        if (_head.ContentLength > maxBodyBytes)
        {
            return TooLarge(request);
        }

        if (_head.ExpectContinue && _head.Framing != BodyFraming.None)
        {
            await output.WriteAsync(Continue);
        }

        using var body = new MemoryStream();
        var decoder = BodyDecoder.For(_head);
        while (!decoder.IsDone)
        {
            ReadResult result = await input.ReadAsync();
            ReadOnlySequence<byte> rest = result.Buffer;
            BodyStatus status;
            while ((status = decoder.Next(ref rest, out ReadOnlySequence<byte> data)) == BodyStatus.Data)
            {
                foreach (ReadOnlyMemory<byte> segment in data)
                {
                    body.Write(segment.Span);
                }
            }


            // What follows the body is the next request: not examined, or the next read would wait for more than that.
            input.AdvanceTo(rest.Start, decoder.IsDone ? rest.Start : result.Buffer.End);
            if (body.Length > maxBodyBytes)
            {
                return TooLarge(request);
            }

            if (status == BodyStatus.Invalid)
            {
                return new Received(request, false, 400, $"The request body is not valid HTTP: {decoder.Error}.");
            }

            if (status == BodyStatus.NeedMore && result.IsCompleted)
            {
                return null;
            }
        }

        return new Received(request with { Body = body.ToArray() }, _head.KeepAlive, 0, "");
    }

    private Received TooLarge(MockRequest request) => new(request, false, 413, $"Maximum content size limit ({maxBodyBytes} bytes) exceeded.");
}

using System.Globalization;
using System.Text;
using FastGate.MockProvider.Calls;

namespace FastGate.MockProvider.Http;

/// <summary>
/// One exchange's side of the socket: bytes out exactly as asked, each write awaited so that a slow reader slows the writer, and the
/// log told what was sent. Every wait here ends with <see cref="OperationCanceledException"/> when the client goes or the server stops.
/// </summary>
internal sealed class ResponseWriter(Stream stream, TimeProvider clock, CallEntry? call, bool close, bool headOnly, CancellationToken gone)
{
    private static readonly byte[] LastChunk = "0\r\n\r\n"u8.ToArray();

    internal bool HeadSent { get; private set; }

    internal Task DelayAsync(TimeSpan delay) => delay > TimeSpan.Zero ? Task.Delay(delay, clock, gone) : Task.CompletedTask;

    internal Task HangAsync() => Task.Delay(Timeout.InfiniteTimeSpan, clock, gone);

    /// <summary>Head and whole body in one write; the body stays away from an answer to HEAD (RFC 9110 §9.3.2).</summary>
    internal async Task SendAsync(ResponseHead head, ReadOnlyMemory<byte> body)
    {
        byte[] bytes = Begin(head);
        await WriteAsync(headOnly ? bytes : (byte[])[.. bytes, .. body.Span]);
    }

    /// <summary>The head at once, or one byte at a time.</summary>
    internal async Task SendHeadAsync(ResponseHead head, TimeSpan betweenBytes)
    {
        byte[] bytes = Begin(head);
        if (betweenBytes <= TimeSpan.Zero)
        {
            await WriteAsync(bytes);
            return;
        }

        for (int i = 0; i < bytes.Length; i++)
        {
            await WriteAsync(bytes.AsMemory(i, 1));
            await DelayAsync(betweenBytes);
        }
    }

    internal async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        gone.ThrowIfCancellationRequested();
        await stream.WriteAsync(bytes, gone);
    }

    internal Task WriteChunkAsync(ReadOnlyMemory<byte> bytes) => WriteAsync(Chunk(bytes.Span, last: false));

    /// <summary>One event as one chunk; with <paramref name="last"/> the end of the body goes out in the same write.</summary>
    internal async Task WriteEventAsync(ReadOnlyMemory<byte> frame, bool last)
    {
        gone.ThrowIfCancellationRequested();

        // Counted first, so that whoever has read the event also finds it counted; taken back if it could not be written.
        call?.Sends(1);
        try
        {
            await stream.WriteAsync(Chunk(frame.Span, last), gone);
        }
        catch
        {
            call?.Sends(-1);
            throw;
        }
    }

    internal Task EndChunksAsync() => WriteAsync(LastChunk);

    private byte[] Begin(ResponseHead head)
    {
        HeadSent = true;
        call?.Answers(head.Status);
        return head.ToBytes(clock.GetUtcNow(), close);
    }

    private static byte[] Chunk(ReadOnlySpan<byte> bytes, bool last)
    {
        byte[] size = Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture));
        return [.. size, (byte)'\r', (byte)'\n', .. bytes, (byte)'\r', (byte)'\n', .. last ? LastChunk : []];
    }
}

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

    /// <summary>The most bytes of one write; 0 for no limit.</summary>
    internal int Slice { get; set; }

    internal Task DelayAsync(TimeSpan delay) => delay > TimeSpan.Zero ? Task.Delay(delay, clock, gone) : Task.CompletedTask;

    internal Task HangAsync() => Task.Delay(Timeout.InfiniteTimeSpan, clock, gone);

    /// <summary>Head and whole body in one write; the body stays away from an answer to HEAD (RFC 9110 §9.3.2).</summary>
    internal async Task SendAsync(ResponseHead head, ReadOnlyMemory<byte> body)
    {
        byte[] bytes = Begin(head);
        byte[] all = headOnly ? bytes : [.. bytes, .. body.Span];
        await (head.Status < 300 ? CompleteAsync(all) : WriteAsync(all));
    }

    /// <summary>The last bytes that an answer needs to be whole.</summary>
    internal async Task CompleteAsync(ReadOnlyMemory<byte> bytes)
    {
        gone.ThrowIfCancellationRequested();

        // Noted first, so that whoever has read the answer also finds it completed; taken back if it could not be written.
        call?.Completes(true);
        try
        {
            await WriteAsync(bytes);
        }
        catch
        {
            call?.Completes(false);
            throw;
        }
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
        while (Slice > 0 && bytes.Length > Slice)
        {
            await stream.WriteAsync(bytes[..Slice], gone);
            bytes = bytes[Slice..];
        }

        await stream.WriteAsync(bytes, gone);
    }

    internal Task WriteChunkAsync(ReadOnlyMemory<byte> bytes) => WriteAsync(Chunk(bytes.Span, last: false));

    /// <summary>The beginning of a chunk that promises the whole of it: the connection cannot be used for anything after that.</summary>
    internal Task WriteBrokenChunkAsync(ReadOnlyMemory<byte> bytes, int most) => WriteAsync(Chunk(bytes.Span, last: false).AsMemory(0, ChunkHead(bytes.Length).Length + most));

    /// <summary>One event as one chunk.</summary>
    /// <param name="frame">The event.</param>
    /// <param name="last">The end of the body goes out in the same write.</param>
    /// <param name="completes">With this event the answer is whole.</param>
    internal async Task WriteEventAsync(ReadOnlyMemory<byte> frame, bool last, bool completes)
    {
        gone.ThrowIfCancellationRequested();

        // Counted first, so that whoever has read the event also finds it counted; taken back if it could not be written.
        call?.Sends(1);
        try
        {
            byte[] chunk = Chunk(frame.Span, last);
            await (completes ? CompleteAsync(chunk) : WriteAsync(chunk));
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
        call?.Answers(head.Status);
        return head.ToBytes(clock.GetUtcNow(), close);
    }

    private static byte[] ChunkHead(int length) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length:x}\r\n"));

    private static byte[] Chunk(ReadOnlySpan<byte> bytes, bool last) => [.. ChunkHead(bytes.Length), .. bytes, .. "\r\n"u8, .. last ? LastChunk : []];
}

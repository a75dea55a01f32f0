using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Relay;

/// <summary>
/// Hands a whole (not streamed) answer to the client. Up to <see cref="HoldLimit"/> it is held back until it is complete, so that an
/// answer cut short upstream becomes a clean error; larger ones are passed on as they come, and if one is cut the client's connection
/// is cut too.
/// </summary>
internal sealed class UnaryRelay(ConnectionSignal signal, ClientOutput client)
{
    internal const int HoldLimit = 64 * 1024;

    private readonly BodyBuffer _held = new();

    internal ValueTask<RelayOutcome> RunAsync(UpstreamAttempt attempt, RelayContext context)
    {
        // The head is here, which is all that the request's deadline asks for.
        signal.Limit(context.Timeouts.Total, context.StartTick);
        ResponseHead head = attempt.Head;
        bool fits = head.Framing == BodyFraming.None || (head.Framing == BodyFraming.ContentLength && head.ContentLength <= HoldLimit);
        return fits ? RelayWholeAsync(attempt, context) : RelayPiecesAsync(attempt, context);
    }

    // The usual case: a known length that fits. It is read where it lies and copied once, behind the new head.
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<RelayOutcome> RelayWholeAsync(UpstreamAttempt attempt, RelayContext context)
    {
        long length = attempt.Head.Framing == BodyFraming.None ? 0 : attempt.Head.ContentLength;
        long wanted = attempt.Head.Length + length;
        while (attempt.Buffer.Length < wanted)
        {
            signal.Arm(context.Timeouts.FirstByte);
            UpstreamRead read = await attempt.ReadMoreAsync(attempt.Buffer.Start).ConfigureAwait(false);
            if (read != UpstreamRead.Data && !(read == UpstreamRead.End && attempt.Buffer.Length >= wanted))
            {
                return RelayOutcome.BeforeCommit(FaultOf(read));
            }
        }

        SequencePosition end = WriteWhole(attempt, context, length);
        attempt.Finish(end);
        return await client.FlushAsync(context.ClientPatience).ConfigureAwait(false) ? RelayOutcome.Complete(!context.Close) : RelayOutcome.Gone;
    }

    private SequencePosition WriteWhole(UpstreamAttempt attempt, RelayContext context, long length)
    {
        ResponseHeadWriter.WriteForwarded(client.Writer, attempt.Head, context.Mark, length);
        ReadOnlySequence<byte> body = attempt.Buffer.Slice(attempt.Head.Length, length);
        Write(client.Writer, body);
        return body.End;
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<RelayOutcome> RelayPiecesAsync(UpstreamAttempt attempt, RelayContext context)
    {
        try
        {
            // 1. Hold: decode without letting go of the head, until the body is complete or too large to hold.
            var decoder = BodyDecoder.For(attempt.Head);
            long decoded = attempt.Head.Length;
            bool ended = false;
            BodyStatus status;
            while (true)
            {
                status = Gather(attempt, ref decoder, ref decoded);
                if (status != BodyStatus.NeedMore || _held.Length > HoldLimit || (ended && decoder.EndOfInput()))
                {
                    break;
                }

                if (ended)
                {
                    return RelayOutcome.BeforeCommit(AttemptFault.Cut);
                }

                signal.Arm(context.Timeouts.FirstByte);
                UpstreamRead read = await attempt.ReadMoreAsync(attempt.Buffer.Start).ConfigureAwait(false);
                if (read is not (UpstreamRead.Data or UpstreamRead.End))
                {
                    return RelayOutcome.BeforeCommit(FaultOf(read));
                }

                ended = read == UpstreamRead.End;
            }

            if (status == BodyStatus.Invalid)
            {
                return RelayOutcome.BeforeCommit(AttemptFault.Malformed);
            }

            // 2. Commit. A held body that is complete has a length now, whatever framing it came in.
            bool complete = status == BodyStatus.Done || ended;
            bool lengthKnown = complete || attempt.Head.Framing == BodyFraming.ContentLength;
            bool chunked = !lengthKnown && context.ClientReadsChunks;
            Commit(attempt, context, complete ? _held.Length : lengthKnown ? attempt.Head.ContentLength : context.UnknownLength, chunked);
            SequencePosition position = attempt.Buffer.GetPosition(decoded);

            // 3. Pass on.
            while (true)
            {
                if (!await client.FlushAsync(context.ClientPatience).ConfigureAwait(false))
                {
                    return RelayOutcome.Gone;
                }

                if (complete)
                {
                    attempt.Finish(position);
                    return RelayOutcome.Complete(!context.Close);
                }

                signal.Arm(context.Timeouts.FirstByte);
                UpstreamRead read = await attempt.ReadMoreAsync(position).ConfigureAwait(false);
                if (read is not (UpstreamRead.Data or UpstreamRead.End))
                {
                    return RelayOutcome.AfterCommit(FaultOf(read));
                }

                status = PassOn(attempt, ref decoder, chunked, out position);
                complete = status == BodyStatus.Done || (status == BodyStatus.NeedMore && read == UpstreamRead.End && decoder.EndOfInput());
                if (status == BodyStatus.Invalid || (read == UpstreamRead.End && !complete))
                {
                    return RelayOutcome.AfterCommit(AttemptFault.Cut);
                }

                if (complete && chunked)
                {
                    client.Writer.Write(ChunkWriter.LastChunk);
                }
            }
        }
        finally
        {
            _held.Clear();
        }
    }

    private BodyStatus Gather(UpstreamAttempt attempt, ref BodyDecoder decoder, ref long decoded)
    {
        ReadOnlySequence<byte> rest = attempt.Buffer.Slice(decoded);
        BodyStatus status;
        while ((status = decoder.Next(ref rest, out ReadOnlySequence<byte> data)) == BodyStatus.Data)
        {
            _held.Append(data);
        }

        decoded = attempt.Buffer.Length - rest.Length;
        return status;
    }

    private void Commit(UpstreamAttempt attempt, RelayContext context, long length, bool chunked)
    {
        context.Close |= length == ResponseHeadWriter.UntilClose;
        ResponseHeadWriter.WriteForwarded(client.Writer, attempt.Head, context.Mark, length);
        WriteData(_held.Octets, chunked);
    }

    private BodyStatus PassOn(UpstreamAttempt attempt, ref BodyDecoder decoder, bool chunked, out SequencePosition position)
    {
        ReadOnlySequence<byte> rest = attempt.Buffer;
        BodyStatus status;
        while ((status = decoder.Next(ref rest, out ReadOnlySequence<byte> data)) == BodyStatus.Data)
        {
            WriteData(data, chunked);
        }

        position = rest.Start;
        return status;
    }

    private void WriteData(in ReadOnlySequence<byte> data, bool chunked)
    {
        if (!chunked)
        {
            Write(client.Writer, data);
            return;
        }

        foreach (ReadOnlyMemory<byte> part in data)
        {
            ChunkWriter.Write(client.Writer, part.Span);
        }
    }

    private AttemptFault FaultOf(UpstreamRead read) => read switch
    {
        UpstreamRead.ClientGone => AttemptFault.ClientGone,
        UpstreamRead.Expired => signal.LimitExpired ? AttemptFault.TotalTimeout : AttemptFault.FirstByteTimeout,
        _ => AttemptFault.Cut,
    };

    private static void Write(PipeWriter output, in ReadOnlySequence<byte> data)
    {
        foreach (ReadOnlyMemory<byte> part in data)
        {
            output.Write(part.Span);
        }
    }
}

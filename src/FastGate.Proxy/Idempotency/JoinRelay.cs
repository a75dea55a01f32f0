using System.Buffers;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Relay;
using FastGate.Proxy.Replay;
using FastGate.Proxy.Responses;
using FastGate.Routing.Outcomes;

namespace FastGate.Proxy.Idempotency;

/// <summary>Gives a run's answer to a client that asked for the same: from its first octet, live while the run goes on, or as it is kept.</summary>
internal sealed class JoinRelay(ConnectionSignal signal, ClientOutput client, AnswerCounters counters)
{
    // Octets written before they are sent and others get a turn at the recording.
    private const long Portion = 64 * 1024;

    private readonly RecordingReader _reader = new(signal.Wakeup);

    /// <summary>
    /// Relays an answer. 1. Wait for its head. 2. Write it. 3. Write what of the body is there. 4. Send. 5. Wait for more.
    /// </summary>
    /// <param name="run">The run; the caller holds its recording.</param>
    /// <param name="context">What is known of the client's request.</param>
    /// <param name="deadline">How long the client waits for the head.</param>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    internal async ValueTask<JoinOutcome> RunAsync(IdempotentRun run, RelayContext context, TimeSpan deadline)
    {
        AttachResult attached = _reader.TryAttach(run.Recording, run.Recording.FirstNumber);
        if (attached is not (AttachResult.Attached or AttachResult.Nothing))
        {
            return JoinOutcome.TooLarge;
        }

        try
        {
            // 1.
            AnswerHead? head;
            signal.Limit(deadline, context.StartTick);
            signal.Arm(Timeout.InfiniteTimeSpan);
            while (true)
            {
                // In this order: the head is there before the end is.
                RecordingState state = run.Recording.State;
                if ((head = run.Head) is not null)
                {
                    break;
                }

                if (signal.ClientGone)
                {
                    return JoinOutcome.Gone;
                }

                if (signal.Expired || state != RecordingState.Live)
                {
                    return signal.Expired ? JoinOutcome.TooLate : JoinOutcome.NoAnswer;
                }

                await WaitAsync().ConfigureAwait(false);
            }

            // 2. From here on the run's own limits see to it that it ends.
            signal.Limit(Timeout.InfiniteTimeSpan);
            signal.Arm(Timeout.InfiniteTimeSpan);
            counters.Count(IdempotencyResult.Joined);
            bool chunked = WriteHead(context, head.Status, head.Lines, head.Target, head.Attempts, head.Fallback, head.Length);
            if (attached == AttachResult.Nothing)
            {
                return await SendAsync(context).ConfigureAwait(false) ? JoinOutcome.Complete : JoinOutcome.Gone;
            }

            while (true)
            {
                // 3.
                ReplayStep step = _reader.Read(new FrameOutput(client.Writer, chunked), Portion);
                if (step == ReplayStep.End && chunked)
                {
                    client.Writer.Write(ChunkWriter.LastChunk);
                }

                // 4.
                if (step != ReplayStep.Lost && !await SendAsync(context).ConfigureAwait(false))
                {
                    return JoinOutcome.Gone;
                }

                switch (step)
                {
                    case ReplayStep.End:
                        return JoinOutcome.Complete;
                    case ReplayStep.Broken or ReplayStep.Lost:
                        return JoinOutcome.Broken;
                    case ReplayStep.Wait:
                        // 5. A slow client has armed its own deadline.
                        signal.Arm(Timeout.InfiniteTimeSpan);
                        await WaitAsync().ConfigureAwait(false);
                        if (signal.ClientGone)
                        {
                            return JoinOutcome.Gone;
                        }

                        break;
                }
            }
        }
        finally
        {
            _reader.Detach();
        }
    }

    /// <summary>Sends an answer that is kept.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="context">What is known of the client's request.</param>
    /// <returns><see cref="JoinOutcome.Complete"/> or <see cref="JoinOutcome.Gone"/>.</returns>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    internal async ValueTask<JoinOutcome> ReplayAsync(KeptAnswer answer, RelayContext context)
    {
        counters.Count(IdempotencyResult.Replayed);
        ReadOnlyMemory<byte> rest = answer.Body;
        bool chunked = WriteHead(
            context, answer.Status, answer.Lines, answer.Target, answer.Attempts, answer.Fallback, answer.TellsLength ? rest.Length : -1);
        do
        {
            ReadOnlyMemory<byte> part = rest[..(int)Math.Min(rest.Length, Portion)];
            rest = rest[part.Length..];
            var output = new FrameOutput(client.Writer, chunked);
            output.Begin(part.Length);
            output.Write(part.Span);
            output.End(part.Length);
            if (rest.IsEmpty && chunked)
            {
                client.Writer.Write(ChunkWriter.LastChunk);
            }

            if (!await SendAsync(context).ConfigureAwait(false))
            {
                return JoinOutcome.Gone;
            }
        }
        while (!rest.IsEmpty);
        return JoinOutcome.Complete;
    }

    // Whether the body goes in chunks: its length is not told, and the client reads them.
    private bool WriteHead(RelayContext context, int status, ReadOnlySpan<byte> lines, ReadOnlySpan<byte> target, int attempts, FailureClass fallback, long length)
    {
        bool chunked = length < 0 && context.ClientReadsChunks;
        context.Close |= length < 0 && !chunked;
        ResponseHeadWriter.WriteOwn(client.Writer, status, default, lines, context.MarkFor(target, attempts, fallback), length < 0 ? context.UnknownLength : length);
        return chunked;
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder))]
    private async ValueTask WaitAsync()
    {
        signal.Work.Pause();
        await signal.Wakeup.WaitAsync().ConfigureAwait(false);
        signal.Work.Resume();
    }

    private ValueTask<bool> SendAsync(RelayContext context) => client.FlushAsync(context.ClientPatience);
}

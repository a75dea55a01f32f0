using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Relay;

/// <summary>
/// Hands a whole (not streamed) answer that was held to the client. One that is larger than what is held is passed on as it comes, and if
/// it is cut the client's connection is cut too.
/// </summary>
internal sealed class UnaryRelay(ClientOutput client)
{
    private AnswerTap? _tap;

    internal ValueTask<RelayOutcome> RunAsync(HeldAnswer answer, RelayContext context)
    {
        if (!answer.IsComplete)
        {
            return RelayPiecesAsync(answer, context);
        }

        // What is held is copied once, behind the new head; its connection serves others while the client reads.
        ResponseHeadWriter.WriteForwarded(client.Writer, answer.Attempt.Head, context.Mark, answer.Length);
        ReadOnlySequence<byte> octets = answer.Octets;
        Write(client.Writer, octets);
        if (context.Tap is { } tap)
        {
            tap.Begin(answer.Attempt.Head, context.Mark, answer.Length, isStream: false);
            tap.Append(octets);
            tap.Complete();
        }

        answer.Finish();
        answer.Clear();
        ValueTask<bool> flush = client.FlushAsync(context.ClientPatience);
        return flush.IsCompletedSuccessfully ? ValueTask.FromResult(OutcomeOf(flush.Result, context)) : EndAsync(flush, context);
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private static async ValueTask<RelayOutcome> EndAsync(ValueTask<bool> flush, RelayContext context) => OutcomeOf(await flush.ConfigureAwait(false), context);

    private static RelayOutcome OutcomeOf(bool taken, RelayContext context) => taken ? RelayOutcome.Complete(!context.Close) : RelayOutcome.Gone;

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<RelayOutcome> RelayPiecesAsync(HeldAnswer answer, RelayContext context)
    {
        try
        {
            // 1. The head and what is held.
            long length = answer.Length >= 0 ? answer.Length : context.UnknownLength;
            bool chunked = length == ResponseHeadWriter.Chunked;
            context.Close |= length == ResponseHeadWriter.UntilClose;
            ResponseHeadWriter.WriteForwarded(client.Writer, answer.Attempt.Head, context.Mark, length);
            _tap = context.Tap;
            _tap?.Begin(answer.Attempt.Head, context.Mark, length, isStream: false);
            Write(answer.Octets, chunked);

            // 2. What follows, as it comes.
            while (true)
            {
                if (answer.IsComplete)
                {
                    _tap?.Complete();
                }
                else
                {
                    _tap?.Publish();
                }

                if (!await client.FlushAsync(context.ClientPatience).ConfigureAwait(false))
                {
                    return RelayOutcome.Gone;
                }

                if (answer.IsComplete)
                {
                    answer.Finish();
                    return RelayOutcome.Complete(!context.Close);
                }

                AttemptFault fault = await answer.WaitAsync().ConfigureAwait(false);
                if (fault == AttemptFault.None)
                {
                    fault = PassOn(answer, chunked);
                }

                if (fault != AttemptFault.None)
                {
                    return RelayOutcome.AfterCommit(fault);
                }
            }
        }
        finally
        {
            _tap = null;
            answer.Clear();
        }
    }

    private AttemptFault PassOn(HeldAnswer answer, bool chunked)
    {
        AttemptFault fault;
        while (answer.Take(out ReadOnlySequence<byte> data, out fault))
        {
            Write(data, chunked);
        }

        if (answer.IsComplete && chunked)
        {
            client.Writer.Write(ChunkWriter.LastChunk);
        }

        return fault;
    }

    private void Write(in ReadOnlySequence<byte> data, bool chunked)
    {
        _tap?.Append(data);
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

    private static void Write(PipeWriter output, in ReadOnlySequence<byte> data)
    {
        foreach (ReadOnlyMemory<byte> part in data)
        {
            output.Put(part.Span);
        }
    }
}

using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Protocol.Sse;
using FastGate.Providers.OpenAi;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Relay;

/// <summary>
/// Hands a stream of events to the client: nothing before its first content, everything after that as it comes, and never an end
/// that looks complete where the answer is not.
/// </summary>
internal sealed class StreamRelay(ConnectionSignal signal, ClientOutput client, ProxyMetrics metrics)
{
    // Start-up events (roles, metadata) that are held back before the first content; past it they are passed on after all.
    private const int HoldLimit = 64 * 1024;

    // An upstream that never gets to its first content but keeps talking: comments are not held, but they must not pile up either.
    private const int SilentLimit = 1024 * 1024;

    // A finish reason is the end of the answer; usage and the end mark usually follow at once.
    private static readonly TimeSpan AfterFinish = TimeSpan.FromSeconds(1);

    // How long a connection whose answer is complete may take to end its framing before it is closed instead of reused.
    private static readonly TimeSpan AfterEnd = TimeSpan.FromMilliseconds(100);

    private readonly SseReader _reader = new();
    private readonly BodyBuffer _held = new();
    private StreamProgress _progress;
    private bool _committed;
    private bool _chunked;
    private bool _wrote;
    private bool _sawEvent;

    /// <summary>What the provider said when it reported an error inside the stream; null otherwise.</summary>
    internal string? ProviderError { get; private set; }

    /// <summary>
    /// Relays one stream.
    /// 1. Take the events out of what has come. 2. Commit at the first content. 3. Send. 4. Stop when the answer is complete, broken or
    /// silent; else 5. wait for more.
    /// </summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    internal async ValueTask<RelayOutcome> RunAsync(UpstreamAttempt attempt, RelayContext context)
    {
        Begin(context);
        metrics.StreamsStarted.Increment();
        try
        {
            var decoder = BodyDecoder.For(attempt.Head);
            long decoded = attempt.Head.Length;
            bool ended = false;
            signal.Arm(context.Timeouts.FirstToken);
            while (true)
            {
                // 1.
                _sawEvent = false;
                BodyStatus status = TakeEvents(attempt, ref decoder, ref decoded);

                // 2.
                if (!_committed && ShouldCommit())
                {
                    Commit(attempt, context);
                    signal.Limit(context.Timeouts.Total, context.StartTick);
                }

                // 3.
                if (_wrote)
                {
                    _wrote = false;
                    if (!await client.FlushAsync(context.ClientPatience).ConfigureAwait(false))
                    {
                        return RelayOutcome.Gone;
                    }

                    // While the client was slow the deadline was its own.
                    _sawEvent |= client.Waited;
                }

                // 4.
                bool bodyEnded = status == BodyStatus.Done || (ended && (decoder.EndOfInput() || _progress.IsAnswered));
                if (_progress.IsEnded || (bodyEnded && (_progress.IsAnswered || !_progress.NeedsEndMark)))
                {
                    return await CompleteAsync(attempt, context, decoder, decoded, reusable: !ended).ConfigureAwait(false);
                }

                AttemptFault fault = FaultSoFar(attempt, status, bodyEnded || ended);
                if (fault != AttemptFault.None)
                {
                    return Outcome(fault);
                }

                // 5.
                if (_sawEvent)
                {
                    signal.Arm(_progress.IsAnswered ? AfterFinish : _committed ? context.Timeouts.Stall : context.Timeouts.FirstToken);
                }

                UpstreamRead read = await attempt.ReadMoreAsync(_committed ? attempt.Buffer.GetPosition(decoded) : attempt.Buffer.Start).ConfigureAwait(false);
                decoded = _committed ? 0 : decoded;
                switch (read)
                {
                    case UpstreamRead.ClientGone:
                        return RelayOutcome.Gone;
                    case UpstreamRead.Expired or UpstreamRead.Reset when _progress.IsAnswered:
                        return await CompleteAsync(attempt, context, decoder, decoded, reusable: false).ConfigureAwait(false);
                    case UpstreamRead.Expired:
                        return Outcome(ExpiredFault());
                    case UpstreamRead.Reset:
                        return Outcome(AttemptFault.Cut);
                    case UpstreamRead.End:
                        ended = true;
                        break;
                }
            }
        }
        finally
        {
            metrics.StreamsEnded.Increment();
            _held.Clear();
            _reader.Reset();
        }
    }

    /// <summary>Tells the client that its stream broke. The connection must be closed behind it, without the body's end.</summary>
    internal ValueTask<bool> InterruptAsync(string message, RelayContext context)
    {
        var text = new ArrayBufferWriter<byte>(512);
        ErrorWriter.WriteInterruption(text, message, context.Endpoint.Stream == StreamGrammar.Responses);
        Write(text.WrittenSpan);
        return client.FlushAsync(context.ClientPatience);
    }

    private void Begin(RelayContext context)
    {
        _progress = new StreamProgress(context.Endpoint.Stream);
        _committed = false;
        _chunked = context.ClientReadsChunks;
        _wrote = false;
        ProviderError = null;
    }

    private BodyStatus TakeEvents(UpstreamAttempt attempt, ref BodyDecoder decoder, ref long decoded)
    {
        ReadOnlySequence<byte> rest = attempt.Buffer.Slice(decoded);
        BodyStatus status = BodyStatus.NeedMore;
        while (!IsOver && (status = decoder.Next(ref rest, out ReadOnlySequence<byte> data)) == BodyStatus.Data)
        {
            foreach (ReadOnlyMemory<byte> part in data)
            {
                TakeEvents(part.Span);
            }
        }

        decoded = attempt.Buffer.Length - rest.Length;
        return status;
    }

    private bool IsOver => _progress.IsEnded || _progress.HasFailed || _reader.Error != SseError.None;

    private void TakeEvents(ReadOnlySpan<byte> octets)
    {
        SseReader.Enumerator events = _reader.Read(octets);
        int passed = 0;
        while (events.MoveNext())
        {
            ref readonly SseEvent current = ref events.Current;
            if (IsOver)
            {
                // Nothing counts behind the end.
                continue;
            }

            if (!current.HasData)
            {
                // A comment keeps the client's connection alive but is no sign of life of the answer.
                if (_committed)
                {
                    Write(current.Raw);
                }

                continue;
            }

            if (_progress.Note(current.Data) == EventAction.Drop)
            {
                if (_progress.HasFailed)
                {
                    KeepError(current.Data);
                }
                else
                {
                    metrics.StreamEventsMalformed.Increment();
                }

                continue;
            }

            passed++;
            _sawEvent |= _committed || _progress.HasContent;
            Write(current.Raw);
        }

        if (passed > 0)
        {
            metrics.StreamEvents.Add(passed);
        }
    }

    private void Write(ReadOnlySpan<byte> octets)
    {
        if (!_committed)
        {
            _held.Append(octets);
            return;
        }

        _wrote = true;
        if (_chunked)
        {
            ChunkWriter.Write(client.Writer, octets);
        }
        else
        {
            client.Writer.Write(octets);
        }
    }

    // An empty answer has no content but an end; it is complete all the same.
    private bool ShouldCommit() => !_progress.HasFailed && _reader.Error == SseError.None
        && (_progress.HasContent || _progress.IsAnswered || _held.Length > HoldLimit);

    private void Commit(UpstreamAttempt attempt, RelayContext context)
    {
        context.Close |= !_chunked;
        ResponseHeadWriter.WriteForwarded(client.Writer, attempt.Head, context.Mark, context.UnknownLength);
        _committed = true;
        foreach (ReadOnlyMemory<byte> part in _held.Octets)
        {
            Write(part.Span);
        }

        _held.Clear();
        _wrote = true;
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<RelayOutcome> CompleteAsync(UpstreamAttempt attempt, RelayContext context, BodyDecoder decoder, long decoded, bool reusable)
    {
        if (!_committed)
        {
            // A stream of a grammar without content marks that ended at once.
            Commit(attempt, context);
        }

        if (context.Endpoint.Stream == StreamGrammar.Chat && !_progress.IsEnded)
        {
            Write("data: [DONE]\n\n"u8);
        }

        if (_chunked)
        {
            client.Writer.Write(ChunkWriter.LastChunk);
        }

        if (!await client.FlushAsync(context.ClientPatience).ConfigureAwait(false))
        {
            return RelayOutcome.Gone;
        }

        if (reusable)
        {
            await FinishUpstreamAsync(attempt, decoder, decoded).ConfigureAwait(false);
        }

        return RelayOutcome.Complete(!context.Close);
    }

    // Reads the upstream body's own end, so that the connection can be used again; it usually came along with the last event.
    [AsyncMethodBuilder(typeof(PooledTaskBuilder))]
    private async ValueTask FinishUpstreamAsync(UpstreamAttempt attempt, BodyDecoder decoder, long decoded)
    {
        signal.Limit(Timeout.InfiniteTimeSpan);
        signal.Arm(AfterEnd);
        UpstreamRead read = UpstreamRead.Data;
        while (read == UpstreamRead.Data)
        {
            BodyStatus status = Skip(attempt, ref decoder, decoded, out SequencePosition position);
            if (status == BodyStatus.Done)
            {
                attempt.Finish(position);
                return;
            }

            if (status == BodyStatus.Invalid)
            {
                return;
            }

            read = await attempt.ReadMoreAsync(position).ConfigureAwait(false);
            decoded = 0;
        }
    }

    private static BodyStatus Skip(UpstreamAttempt attempt, ref BodyDecoder decoder, long from, out SequencePosition position)
    {
        ReadOnlySequence<byte> rest = attempt.Buffer.Slice(from);
        BodyStatus status;
        do
        {
            status = decoder.Next(ref rest, out _);
        }
        while (status == BodyStatus.Data);
        position = rest.Start;
        return status;
    }

    private AttemptFault FaultSoFar(UpstreamAttempt attempt, BodyStatus status, bool ended)
    {
        if (_progress.HasFailed)
        {
            return AttemptFault.StreamError;
        }

        if (_reader.Error != SseError.None || (!_committed && attempt.Buffer.Length > SilentLimit))
        {
            return AttemptFault.Malformed;
        }

        return status == BodyStatus.Invalid || ended ? AttemptFault.Cut : AttemptFault.None;
    }

    private AttemptFault ExpiredFault()
    {
        if (signal.LimitExpired)
        {
            return _committed ? AttemptFault.TotalTimeout : AttemptFault.Deadline;
        }

        return _committed ? AttemptFault.Stall : AttemptFault.FirstTokenTimeout;
    }

    private RelayOutcome Outcome(AttemptFault fault) => _committed ? RelayOutcome.AfterCommit(fault) : RelayOutcome.BeforeCommit(fault);

    private void KeepError(ReadOnlySpan<byte> data)
    {
        if (OpenAiError.TryRead(data, out OpenAiErrorFacts facts))
        {
            byte[] text = new byte[facts.Message.Length];
            ProviderError = facts.Message.TryUnescape(data, text, out int written) ? Encoding.UTF8.GetString(text, 0, written) : null;
        }
    }
}

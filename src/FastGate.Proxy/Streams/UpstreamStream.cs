using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Protocol.Sse;
using FastGate.Providers.Classification;
using FastGate.Providers.OpenAi;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Streams;

/// <summary>
/// The upstream side of one attempt's stream: takes the events out of the body and knows when the answer has begun, is complete, is
/// broken or has fallen silent. It knows no client, so several may be held at the same time.
/// </summary>
/// <remarks>
/// <para>
/// 1. <see cref="Begin"/> when the response head is there. 2. <see cref="HoldAsync"/> waits for the answer's first content; until then all
/// that has come stays in the connection's pipe, the head included, and nothing is handed out. 3. <see cref="Release"/> when it is this
/// stream that answers; then, in turns, 4. <see cref="Take"/> hands out the events that have come, the held ones first, and
/// 5. <see cref="ReadAsync"/> waits for more, of which <see cref="Note"/> must be told. 6. <see cref="FinishAsync"/> if the answer is complete, so that the connection can be used
/// again, and <see cref="End"/> in any case.
/// </para>
/// <para>One flow at a time. The attempt is cancelled by whoever opened it.</para>
/// </remarks>
internal sealed class UpstreamStream(UpstreamAttempt attempt, ProxyMetrics metrics)
{
    // Start-up events (roles, metadata) that are held back before the first content; past it they are passed on after all.
    private const int HoldLimit = 64 * 1024;

    // An upstream that never gets to its first content but keeps talking: comments do not count as held, but they must not pile up either.
    private const int SilentLimit = 1024 * 1024;

    // A finish reason is the end of the answer; usage and the end mark usually follow at once.
    private static readonly TimeSpan AfterFinish = TimeSpan.FromSeconds(1);

    // How long a connection whose answer is complete may take to end its framing before it is closed instead of reused.
    private static readonly TimeSpan AfterEnd = TimeSpan.FromMilliseconds(100);

    private readonly SseReader _reader = new();
    private StreamProgress _progress;
    private BodyDecoder _decoder;
    private UpstreamTimeouts _timeouts = UpstreamTimeouts.Default;
    private StreamGrammar _grammar;
    private long _decoded;
    private long _held;
    private int _malformed;
    private bool _released;
    private bool _ended;
    private bool _alive;

    /// <summary>The attempt whose response this is.</summary>
    internal UpstreamAttempt Attempt => attempt;

    /// <summary>How far the stream is.</summary>
    internal ref readonly StreamProgress Progress => ref _progress;

    /// <summary>How the stream broke.</summary>
    internal AttemptFault Fault { get; private set; }

    /// <summary>What the provider said when it reported an error inside the stream; null otherwise.</summary>
    internal string? ProviderError { get; private set; }

    /// <summary>The class of that error.</summary>
    internal VerdictKind ErrorKind { get; private set; }

    // Nothing counts behind the end.
    private bool IsOver => _progress.IsEnded || _progress.HasFailed || _reader.Error != SseError.None;

    /// <summary>Starts on the body of the attempt's response.</summary>
    internal void Begin(StreamGrammar grammar, UpstreamTimeouts timeouts)
    {
        _grammar = grammar;
        _timeouts = timeouts;
        _released = false;
        _ended = false;
        _malformed = 0;
        Fault = AttemptFault.None;
        ProviderError = null;
        Restart();
    }

    /// <summary>
    /// Waits until the client may be sent something: the first content has come, or the end of an empty answer, or more start-up events
    /// than are held back. Anything else is a fault that the client has not noticed.
    /// </summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    internal async ValueTask<AttemptFault> HoldAsync()
    {
        attempt.Signal.Arm(_timeouts.FirstToken);
        while (true)
        {
            BodyStatus status = Look();
            if (IsReady(status))
            {
                return AttemptFault.None;
            }

            Fault = FaultSoFar(status, _ended || status == BodyStatus.Done);
            if (Fault != AttemptFault.None)
            {
                return HeldInVain();
            }

            UpstreamRead read = await attempt.ReadMoreAsync(attempt.Buffer.Start).ConfigureAwait(false);
            Fault = read switch
            {
                UpstreamRead.ClientGone => AttemptFault.ClientGone,
                UpstreamRead.Expired => attempt.Signal.LimitExpired ? AttemptFault.Deadline : AttemptFault.FirstTokenTimeout,
                UpstreamRead.Reset => AttemptFault.Cut,
                _ => AttemptFault.None,
            };
            if (Fault != AttemptFault.None)
            {
                return HeldInVain();
            }

            _ended = read == UpstreamRead.End;
        }
    }

    /// <summary>
    /// This stream answers. What was held is handed out by the next <see cref="Take"/>; from now on the stall window and the limit for a
    /// whole answer count.
    /// </summary>
    /// <param name="startTick">When the request began, in ticks of the wheel.</param>
    internal void Release(long startTick)
    {
        attempt.Signal.Limit(_timeouts.Total, startTick);
        _released = true;

        // What is held still lies in the pipe: it is read once more, this time for good.
        Restart();
    }

    /// <summary>Hands out the events that have come.</summary>
    internal StreamState Take(IStreamSink sink)
    {
        _alive = false;
        BodyStatus status = TakeEvents(sink);
        bool bodyEnded = BodyEnded(status);
        if (_progress.IsEnded || (bodyEnded && (_progress.IsAnswered || !_progress.NeedsEndMark)))
        {
            return StreamState.Complete;
        }

        Fault = FaultSoFar(status, bodyEnded || _ended);
        return Fault == AttemptFault.None ? StreamState.Open : StreamState.Broken;
    }

    /// <summary>Lets go of what was taken and waits for more.</summary>
    /// <param name="clientTicks">How long the client was waited for meanwhile: so much later is the deadline.</param>
    internal ValueTask<UpstreamRead> ReadAsync(long clientTicks)
    {
        if (_alive)
        {
            attempt.Signal.Arm(_progress.IsAnswered ? AfterFinish : _timeouts.Stall);
        }
        else if (clientTicks > 0)
        {
            attempt.Signal.Postpone(clientTicks);
        }

        SequencePosition taken = attempt.Buffer.GetPosition(_decoded);
        _decoded = 0;
        return attempt.ReadMoreAsync(taken);
    }

    /// <summary>Takes note of what a wait came to.</summary>
    internal StreamState Note(UpstreamRead read)
    {
        switch (read)
        {
            case UpstreamRead.Data:
                return StreamState.Open;
            case UpstreamRead.End:
                _ended = true;
                return StreamState.Open;
            case UpstreamRead.Expired or UpstreamRead.Reset when _progress.IsAnswered:
                _ended = true;
                return StreamState.Complete;
            case UpstreamRead.Expired:
                Fault = attempt.Signal.LimitExpired ? AttemptFault.TotalTimeout : AttemptFault.Stall;
                return StreamState.Broken;
            case UpstreamRead.Reset:
                Fault = AttemptFault.Cut;
                return StreamState.Broken;
            default:
                Fault = AttemptFault.ClientGone;
                return StreamState.Broken;
        }
    }

    /// <summary>
    /// Reads the body's own end behind a complete answer, so that the connection can be used again; it usually came along with the last
    /// event.
    /// </summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder))]
    internal async ValueTask FinishAsync()
    {
        if (_ended)
        {
            return;
        }

        attempt.Signal.Work.End();
        attempt.Signal.Limit(Timeout.InfiniteTimeSpan);
        attempt.Signal.Arm(AfterEnd);
        UpstreamRead read = UpstreamRead.Data;
        while (read == UpstreamRead.Data)
        {
            BodyStatus status = Skip(out SequencePosition position);
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
            _decoded = 0;
        }
    }

    /// <summary>Forgets the stream and gives its memory back. May be called more than once.</summary>
    internal void End() => _reader.Reset();

    private AttemptFault HeldInVain()
    {
        metrics.StreamEventsMalformed.Add(_malformed);
        return Fault;
    }

    private void Restart()
    {
        _progress = new StreamProgress(_grammar);
        _decoder = BodyDecoder.For(attempt.Head);
        _decoded = attempt.Head.Length;
        _held = 0;
        _reader.Reset();
    }

    // An empty answer has no content but an end; it is complete all the same.
    private bool IsReady(BodyStatus status) => !_progress.HasFailed && _reader.Error == SseError.None
        && (_progress.HasContent || _progress.IsAnswered || _held > HoldLimit || (!_progress.NeedsEndMark && BodyEnded(status)));

    private bool BodyEnded(BodyStatus status) => status == BodyStatus.Done || (_ended && (_decoder.EndOfInput() || _progress.IsAnswered));

    // Goes on through what has come, as far as the first content.
    private BodyStatus Look()
    {
        ReadOnlySequence<byte> rest = attempt.Buffer.Slice(_decoded);
        BodyStatus status = BodyStatus.NeedMore;
        while (!IsOver && !_progress.HasContent && (status = _decoder.Next(ref rest, out ReadOnlySequence<byte> data)) == BodyStatus.Data)
        {
            foreach (ReadOnlyMemory<byte> part in data)
            {
                Look(part.Span);
            }
        }

        _decoded = attempt.Buffer.Length - rest.Length;
        return status;
    }

    private void Look(ReadOnlySpan<byte> octets)
    {
        SseReader.Enumerator events = _reader.Read(octets);
        while (!_progress.HasContent && events.MoveNext())
        {
            ref readonly SseEvent current = ref events.Current;
            if (!current.HasData || IsOver)
            {
                continue;
            }

            if (_progress.Note(current.Data) == EventAction.Pass)
            {
                _held += current.Raw.Length;
            }
            else
            {
                Dropped(current.Data);
            }
        }
    }

    private BodyStatus TakeEvents(IStreamSink sink)
    {
        ReadOnlySequence<byte> rest = attempt.Buffer.Slice(_decoded);
        BodyStatus status = BodyStatus.NeedMore;
        while (!IsOver && (status = _decoder.Next(ref rest, out ReadOnlySequence<byte> data)) == BodyStatus.Data)
        {
            foreach (ReadOnlyMemory<byte> part in data)
            {
                TakeEvents(part.Span, sink);
            }
        }

        _decoded = attempt.Buffer.Length - rest.Length;
        return status;
    }

    private void TakeEvents(ReadOnlySpan<byte> octets, IStreamSink sink)
    {
        SseReader.Enumerator events = _reader.Read(octets);
        int passed = 0;
        while (events.MoveNext())
        {
            ref readonly SseEvent current = ref events.Current;
            if (IsOver)
            {
                continue;
            }

            if (!current.HasData)
            {
                // A comment keeps the client's connection alive but is no sign of life of the answer; before the answer nobody needs it.
                if (_progress.HasContent)
                {
                    sink.OnComment(current);
                }

                continue;
            }

            if (_progress.Note(current.Data) == EventAction.Drop)
            {
                Dropped(current.Data);
                continue;
            }

            passed++;
            _alive |= _progress.IsLife;
            sink.OnEvent(current, _progress);
        }

        if (passed > 0)
        {
            metrics.StreamEvents.Add(passed);
        }
    }

    private BodyStatus Skip(out SequencePosition position)
    {
        ReadOnlySequence<byte> rest = attempt.Buffer.Slice(_decoded);
        BodyStatus status;
        do
        {
            status = _decoder.Next(ref rest, out _);
        }
        while (status == BodyStatus.Data);
        position = rest.Start;
        return status;
    }

    private AttemptFault FaultSoFar(BodyStatus status, bool ended)
    {
        if (_progress.HasFailed)
        {
            return AttemptFault.StreamError;
        }

        if (_reader.Error != SseError.None || (!_released && attempt.Buffer.Length > SilentLimit))
        {
            return AttemptFault.Malformed;
        }

        return status == BodyStatus.Invalid || ended ? AttemptFault.Cut : AttemptFault.None;
    }

    private void Dropped(ReadOnlySpan<byte> data)
    {
        if (_progress.HasFailed)
        {
            KeepError(data);
        }
        else if (_released)
        {
            metrics.StreamEventsMalformed.Increment();
        }
        else
        {
            // Read once more if the stream is released, and counted then.
            _malformed++;
        }
    }

    private void KeepError(ReadOnlySpan<byte> data)
    {
        ErrorKind = OpenAiClassifier.ClassifyStreamError(data).Kind;
        if (OpenAiError.TryRead(data, out OpenAiErrorFacts facts))
        {
            byte[] text = new byte[facts.Message.Length];
            ProviderError = facts.Message.TryUnescape(data, text, out int written) ? Encoding.UTF8.GetString(text, 0, written) : null;
        }
    }
}

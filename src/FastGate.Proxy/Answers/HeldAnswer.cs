using System.Buffers;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Providers.OpenAi;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Answers;

/// <summary>
/// The upstream side of one attempt's whole (not streamed) answer. Up to <see cref="HoldLimit"/> it is held back until it is complete, so
/// that an answer that is cut short, or is none at all, is a failure the client never notices; of larger ones the beginning is held. It
/// knows no client, so several may be held at the same time.
/// </summary>
/// <remarks>
/// 1. <see cref="HoldAsync"/> when the response head is there. 2. <see cref="Octets"/> to the client if it is this answer that it gets.
/// 3. While not <see cref="IsComplete"/>: <see cref="WaitAsync"/> and <see cref="Take"/>. 4. <see cref="Finish"/> behind a complete answer, so
/// that the connection can be used again, and <see cref="Clear"/> in any case.
/// </remarks>
internal sealed class HeldAnswer(UpstreamAttempt attempt)
{
    internal const int HoldLimit = 64 * 1024;

    private readonly BodyBuffer _gathered = new();
    private BodyDecoder _decoder;
    private AnswerCheck _check;
    private UpstreamTimeouts _timeouts = UpstreamTimeouts.Default;
    private long _length;
    private long _decoded;
    private bool _inPlace;
    private bool _ended;

    /// <summary>The attempt whose response this is.</summary>
    internal UpstreamAttempt Attempt => attempt;

    /// <summary>Whether all of it has come.</summary>
    internal bool IsComplete { get; private set; }

    /// <summary>Whether it reports an error in place of an answer.</summary>
    internal bool IsError => _check.IsError;

    /// <summary>Whether it bears no content because the provider's content filter stopped it.</summary>
    internal bool IsFiltered => _check.IsFiltered;

    /// <summary>What the provider said it cost.</summary>
    internal TokenUsage Usage => _check.Usage;

    /// <summary>What is held, without framing.</summary>
    internal ReadOnlySequence<byte> Octets => _inPlace ? attempt.Buffer.Slice(attempt.Head.Length, _length) : _gathered.Octets;

    /// <summary>How long the answer is, where that is known: once it is complete, whatever framing it came in, or by its head; else -1.</summary>
    internal long Length => IsComplete ? (_inPlace ? _length : _gathered.Length)
        : attempt.Head.Framing == BodyFraming.ContentLength ? attempt.Head.ContentLength : -1;

    /// <summary>Waits for the answer, or for more of it than is held.</summary>
    /// <param name="endpoint">What was asked.</param>
    /// <param name="timeouts">How long it may take.</param>
    /// <param name="startTick">When the request began, in ticks of the wheel.</param>
    /// <returns>None when it can be given to the client.</returns>
    internal ValueTask<AttemptFault> HoldAsync(Endpoint endpoint, UpstreamTimeouts timeouts, long startTick)
    {
        // The head is here, which is all that the request's deadline asks for.
        attempt.Signal.Limit(timeouts.Total, startTick);
        ResponseHead head = attempt.Head;
        _timeouts = timeouts;
        _check = AnswerCheck.For(endpoint, head);
        _ended = false;
        IsComplete = false;

        // The usual case: a known length that fits. It is read where it lies.
        _inPlace = head.Framing == BodyFraming.None || (head.Framing == BodyFraming.ContentLength && head.ContentLength <= HoldLimit);
        if (!_inPlace)
        {
            _decoder = BodyDecoder.For(head);
            _decoded = head.Length;
        }
        else
        {
            _length = head.Framing == BodyFraming.None ? 0 : head.ContentLength;
            if (attempt.Buffer.Length >= head.Length + _length)
            {
                IsComplete = true;
                return ValueTask.FromResult(Judge());
            }
        }

        return HoldOnAsync();
    }

    /// <summary>Waits for more of an answer whose beginning the client has.</summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    internal async ValueTask<AttemptFault> WaitAsync()
    {
        attempt.Signal.Arm(_timeouts.FirstByte);
        UpstreamRead read = await attempt.ReadMoreAsync(attempt.Buffer.GetPosition(_decoded)).ConfigureAwait(false);
        _decoded = 0;
        _ended = read == UpstreamRead.End;
        return read is UpstreamRead.Data or UpstreamRead.End ? AttemptFault.None : FaultOf(read);
    }

    /// <summary>The next octets of the body that have come, valid until the next wait. False: there are no more, which may be the end.</summary>
    /// <param name="data">The octets.</param>
    /// <param name="fault">What is wrong, if no more come.</param>
    internal bool Take(out ReadOnlySequence<byte> data, out AttemptFault fault)
    {
        fault = AttemptFault.None;
        ReadOnlySequence<byte> rest = attempt.Buffer.Slice(_decoded);
        BodyStatus status = _decoder.Next(ref rest, out data);
        _decoded = attempt.Buffer.Length - rest.Length;
        if (status == BodyStatus.Data)
        {
            _check.Pass(data);
            return true;
        }

        IsComplete = status == BodyStatus.Done || (status == BodyStatus.NeedMore && _ended && _decoder.EndOfInput());
        fault = status == BodyStatus.Invalid || (_ended && !IsComplete) ? AttemptFault.Cut : AttemptFault.None;
        return false;
    }

    /// <summary>Ends the use of the connection behind a complete answer. What is held in it is gone then.</summary>
    internal void Finish() => attempt.Finish(attempt.Buffer.GetPosition(_inPlace ? attempt.Head.Length + _length : _decoded));

    /// <summary>Forgets the answer and gives its memory back. May be called more than once.</summary>
    internal void Clear() => _gathered.Clear();

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<AttemptFault> HoldOnAsync()
    {
        while (true)
        {
            BodyStatus status = Gather();
            if (status == BodyStatus.Done || (status == BodyStatus.NeedMore && _ended && !_inPlace && _decoder.EndOfInput()))
            {
                IsComplete = true;
                return Judge();
            }

            if (status == BodyStatus.Invalid)
            {
                return AttemptFault.Malformed;
            }

            if (!_inPlace && _gathered.Length > HoldLimit)
            {
                return Judge();
            }

            if (_ended)
            {
                return AttemptFault.Cut;
            }

            attempt.Signal.Arm(_timeouts.FirstByte);
            UpstreamRead read = await attempt.ReadMoreAsync(attempt.Buffer.Start).ConfigureAwait(false);
            if (read is not (UpstreamRead.Data or UpstreamRead.End))
            {
                return FaultOf(read);
            }

            _ended = read == UpstreamRead.End;
        }
    }

    // Without letting go of the head, which the client may still have to get.
    private BodyStatus Gather() => _inPlace
        ? attempt.Buffer.Length >= attempt.Head.Length + _length ? BodyStatus.Done : BodyStatus.NeedMore
        : _gathered.Gather(attempt.Buffer, ref _decoder, ref _decoded);

    private AttemptFault Judge()
    {
        if (_check.Accepts(Octets, IsComplete))
        {
            return AttemptFault.None;
        }

        attempt.Detail = "its answer is no JSON";
        return AttemptFault.Malformed;
    }

    private AttemptFault FaultOf(UpstreamRead read) => read switch
    {
        UpstreamRead.ClientGone => AttemptFault.ClientGone,
        UpstreamRead.Expired => attempt.Signal.LimitExpired ? AttemptFault.TotalTimeout : AttemptFault.FirstByteTimeout,
        _ => AttemptFault.Cut,
    };
}

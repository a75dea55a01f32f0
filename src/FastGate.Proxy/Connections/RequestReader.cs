using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Proxy.Model;

namespace FastGate.Proxy.Connections;

/// <summary>
/// Reads a client's requests. A request's octets stay where they lie in the connection's pipe until <see cref="Release"/>, so that the
/// head's fields and the body can be read, and the body be sent again, without a copy; only chunked bodies are gathered elsewhere, and
/// what may be needed for long is moved out of the pipe's large pieces (<see cref="Keep"/>).
/// </summary>
internal sealed class RequestReader(PipeReader input, ConnectionSignal signal)
{
    // One second more for a body for every so many octets that have come: the slowest pace a body may have.
    private const int SlowestOctetsPerSecond = 4096;

    private BodyBuffer? _gathered;
    private ReadOnlySequence<byte> _buffer;
    private SequencePosition _requestEnd;
    private long _bodyStartTick;
    private bool _headBegun;
    private byte[]? _kept;
    private bool _holding;

    /// <summary>The current request's head.</summary>
    internal RequestHead Head { get; } = new();

    /// <summary>The current request's body without framing, once it has been read.</summary>
    internal ReadOnlySequence<byte> Body { get; private set; }

    /// <summary>What was wrong with the body's framing.</summary>
    internal BodyError BodyError { get; private set; }

    /// <summary>Whether the current request has been read to its end, so that another one can follow.</summary>
    internal bool IsRead { get; private set; }

    /// <summary>
    /// Begins a request's head: <see cref="ReadAsync"/>, and <see cref="TryEndHead"/> with what that gave, until it is true. In steps, so that
    /// whoever waits for a connection's requests waits for the transport itself.
    /// </summary>
    internal void BeginHead(ServerLimits limits, DrainState draining)
    {
        _headBegun = false;
        signal.Work.Clear();
        signal.Arm(limits.IdleTimeout);
        if (draining.IsDraining)
        {
            // The wake-up that told of it may have ended an earlier wait than this one: a body's, say.
            input.CancelPendingRead();
        }
    }

    /// <summary>Waits for octets.</summary>
    internal ValueTask<ReadResult> ReadAsync() => input.ReadAsync();

    /// <summary>Takes what was read. False: more must be read.</summary>
    /// <param name="result">What was read.</param>
    /// <param name="limits">The bounds of heads.</param>
    /// <param name="draining">Asked whether an idle connection should end.</param>
    /// <param name="outcome">What came of it.</param>
    internal bool TryEndHead(in ReadResult result, ServerLimits limits, DrainState draining, out ReadOutcome outcome)
    {
        Hold(result.Buffer);
        if (!_buffer.IsEmpty)
        {
            signal.Work.Resume();
            ParseStatus status = RequestParser.TryParse(_buffer, Head, limits.RequestHead);
            if (status != ParseStatus.Incomplete)
            {
                outcome = status == ParseStatus.Complete ? ReadOutcome.Complete : ReadOutcome.InvalidHead;
                if (status == ParseStatus.Complete)
                {
                    _requestEnd = _buffer.GetPosition(Head.Length);
                    _bodyStartTick = signal.Now;
                    IsRead = Head.Framing == BodyFraming.None;
                }

                return true;
            }

            if (!_headBegun)
            {
                _headBegun = true;
                signal.Arm(limits.HeadTimeout);
            }
        }

        outcome = ReadOutcome.Closed;
        if (result.IsCompleted || signal.ClientGone)
        {
            return true;
        }

        if (result.IsCanceled)
        {
            if (signal.Expired)
            {
                outcome = _headBegun ? ReadOutcome.Timeout : ReadOutcome.Closed;
                return true;
            }

            if (!_headBegun && draining.IsDraining)
            {
                return true;
            }
        }

        signal.Work.Pause();
        Unhold();
        return false;
    }

    /// <summary>Reads the body that the head announces, whole.</summary>
    internal ValueTask<ReadOutcome> ReadBodyAsync(ServerLimits limits)
    {
        switch (Head.Framing)
        {
            case BodyFraming.None:
                Body = default;
                IsRead = true;
                return ValueTask.FromResult(ReadOutcome.Complete);
            case BodyFraming.ContentLength when Head.ContentLength > limits.MaxBody:
                return ValueTask.FromResult(ReadOutcome.TooLarge);
            case BodyFraming.ContentLength:
                return TakeWholeBody() ? ValueTask.FromResult(ReadOutcome.Complete) : ReadLengthAsync(limits);
            default:
                return ReadChunkedAsync(limits);
        }
    }

    /// <summary>
    /// Whether a client that asked first should send its body: it is not here already, and it will not be refused unread for its length
    /// (RFC 9110 §10.1.1).
    /// </summary>
    internal bool BodyIsWanted(ServerLimits limits) => Head.Framing switch
    {
        BodyFraming.None => false,
        BodyFraming.ContentLength => Head.ContentLength <= limits.MaxBody && _buffer.Length - Head.Length < Head.ContentLength,
        _ => true,
    };

    /// <summary>
    /// Moves the current request, once it has been read, into memory of its own size: a pipe holds it in pieces that are a multiple of that,
    /// and a stream's request is held for as long as the stream lasts. Very large ones stay where they are.
    /// </summary>
    internal void Keep()
    {
        // A chunked body lies elsewhere already.
        long body = Head.Framing == BodyFraming.ContentLength ? Body.Length : 0;
        if (!_holding || Head.Length + body > OctetPool.Largest)
        {
            return;
        }

        int length = Head.Length;
        _kept = OctetPool.Rent(length + (int)body);
        Head.Bytes.CopyTo(_kept);
        Head.MoveTo(_kept.AsMemory(0, length));
        if (body > 0)
        {
            Body.CopyTo(_kept.AsSpan(length));
            Body = new ReadOnlySequence<byte>(_kept, length, (int)body);
        }

        _holding = false;
        _buffer = default;
        input.AdvanceTo(_requestEnd);
    }

    /// <summary>Lets go of the current request's octets; the next request may begin right behind them.</summary>
    internal void Release() => ReleaseTo(_requestEnd);

    /// <summary>Lets go of everything that has come, for a connection that ends.</summary>
    internal void Abandon() => ReleaseTo(_buffer.End);

    /// <summary>
    /// Reads and drops what the client still sends, so that closing does not reset the connection under an answer the client has not
    /// read yet (RFC 9112 §9.6). Ends with the client's side, at the deadline, or after <paramref name="mostOctets"/>.
    /// </summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder))]
    internal async ValueTask LingerAsync(TimeSpan longest, long mostOctets)
    {
        Abandon();
        signal.Limit(Timeout.InfiniteTimeSpan);
        signal.Arm(longest);
        while (mostOctets > 0)
        {
            ReadResult result = await input.ReadAsync().ConfigureAwait(false);
            mostOctets -= result.Buffer.Length;
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted || signal.ShouldStop)
            {
                return;
            }
        }
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<ReadOutcome> ReadLengthAsync(ServerLimits limits)
    {
        while (!TakeWholeBody())
        {
            ArmBody(limits, _buffer.Length - Head.Length);
            ReadOutcome outcome = await ReadMoreAsync().ConfigureAwait(false);
            if (outcome != ReadOutcome.Complete)
            {
                return outcome;
            }
        }

        return ReadOutcome.Complete;
    }

    private bool TakeWholeBody()
    {
        if (_buffer.Length - Head.Length < Head.ContentLength)
        {
            return false;
        }

        Body = _buffer.Slice(Head.Length, Head.ContentLength);
        _requestEnd = Body.End;
        IsRead = true;
        return true;
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<ReadOutcome> ReadChunkedAsync(ServerLimits limits)
    {
        var decoder = BodyDecoder.For(Head);
        long decoded = Head.Length;
        BodyBuffer gathered = _gathered ??= new BodyBuffer();
        while (true)
        {
            BodyStatus status = gathered.Gather(_buffer, ref decoder, ref decoded, limits.MaxBody);

            // Framing counts too, or one octet per chunk would make the pipe grow to several times the bound.
            if (status == BodyStatus.Data || decoded > (2 * limits.MaxBody) + limits.MaxHead)
            {
                return ReadOutcome.TooLarge;
            }

            if (status == BodyStatus.Done)
            {
                _requestEnd = _buffer.GetPosition(decoded);
                IsRead = true;
                Body = gathered.Octets;
                return ReadOutcome.Complete;
            }

            if (status == BodyStatus.Invalid)
            {
                BodyError = decoder.Error;
                return ReadOutcome.InvalidBody;
            }

            ArmBody(limits, decoded);
            ReadOutcome outcome = await ReadMoreAsync().ConfigureAwait(false);
            if (outcome != ReadOutcome.Complete)
            {
                return outcome;
            }
        }
    }

    // The whole allowance is counted from now: a body that keeps the slowest pace is never cut off, one that stops is, in time.
    private void ArmBody(ServerLimits limits, long received)
    {
        double spent = (signal.Now - _bodyStartTick) * Time.TimerWheel.Tick.TotalSeconds;
        double left = limits.BodyTimeout.TotalSeconds + (double)received / SlowestOctetsPerSecond - spent;
        signal.Arm(TimeSpan.FromSeconds(Math.Max(left, 0)));
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<ReadOutcome> ReadMoreAsync()
    {
        // The head and what has come of the body stay unconsumed: the pipe grows, up to the limits checked above.
        while (true)
        {
            long before = _buffer.Length;
            Unhold();
            signal.Work.Pause();
            ReadResult result = await input.ReadAsync().ConfigureAwait(false);
            signal.Work.Resume();
            Hold(result.Buffer);
            if (_buffer.Length > before)
            {
                return ReadOutcome.Complete;
            }

            if (result.IsCompleted || signal.ClientGone)
            {
                return ReadOutcome.Closed;
            }

            if (signal.Expired)
            {
                return ReadOutcome.Timeout;
            }
        }
    }

    private void ReleaseTo(SequencePosition consumed)
    {
        if (_holding)
        {
            _holding = false;
            input.AdvanceTo(consumed);
        }

        IsRead = false;
        Body = default;
        _buffer = default;
        Head.Reset();
        _gathered?.Clear();
        if (_kept is not null)
        {
            OctetPool.Return(_kept);
            _kept = null;
        }
    }

    private void Hold(in ReadOnlySequence<byte> buffer)
    {
        _buffer = buffer;
        _requestEnd = buffer.Start;
        _holding = true;
    }

    private void Unhold()
    {
        _holding = false;
        input.AdvanceTo(_buffer.Start, _buffer.End);
    }
}

using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Proxy.Model;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Attempts;

/// <summary>
/// One call of a provider: rents a connection, sends the request, reads the response head, and then hands out the body as it comes.
/// One object serves a client connection for all its requests, and another one each attempt beside it.
/// </summary>
internal sealed class UpstreamAttempt(AttemptSignal signal)
{
    // The request body goes out in pieces of this size, each behind a flush, so that a slow provider holds the sender back.
    private const int SendPiece = 64 * 1024;

    private UpstreamConnection? _connection;
    private UpstreamPool? _pool;
    private UpstreamRequest _request;
    private UpstreamBody _body;
    private ReadOnlySequence<byte> _buffer;
    private bool _answerBegun;

    /// <summary>What ends this attempt's waits.</summary>
    internal AttemptSignal Signal => signal;

    /// <summary>What is to be sent: filled in place, since it is large, before <see cref="OpenAsync"/>, which reads it until it is over.</summary>
    internal ref UpstreamRequest Request => ref _request;

    /// <summary>The response head, once there is one.</summary>
    internal ResponseHead Head { get; } = new();

    /// <summary>The system's own words for a failure, or what was found wrong with the answer; or null.</summary>
    internal string? Detail { get; set; }

    /// <summary>What has come and not been consumed. Behind the head: the body with its framing.</summary>
    internal ref readonly ReadOnlySequence<byte> Buffer => ref _buffer;

    /// <summary>
    /// Sends the request and reads the response head.
    /// 1. Rent a warm connection, or make one. 2. Write head and body. 3. Wait for the head, passing over interim responses.
    /// A warm connection that turns out to have been closed by the provider before it answered anything is replaced by a fresh one,
    /// once, free of charge: the provider has not seen the request.
    /// </summary>
    /// <remarks>One method for all of it: each one that waits costs every request its state. Usually only the head is waited for.</remarks>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    internal async ValueTask<AttemptFault> OpenAsync()
    {
        Detail = null;
        _answerBegun = false;
        _pool = _request.Provider.Pool;
        UpstreamConnection? connection = _request.FreshConnection ? null : _pool.TryRent();
        bool replaced = false;
        while (true)
        {
            // 1.
            if (connection is null)
            {
                signal.Work.Pause();
                ConnectResult result = await _pool.ConnectAsync(signal.BeginConnecting(_request.Provider.Timeouts.Connect)).ConfigureAwait(false);
                signal.Work.Resume();
                signal.EndConnecting();
                if (!result.Succeeded)
                {
                    Detail = result.Detail;
                    return FaultOf(result.Failure);
                }

                connection = result.Connection;
            }

            _connection = connection;
            signal.Watch(connection);

            // 2.
            signal.Arm(_request.Provider.Timeouts.FirstByte);
            if (!TrySend(connection.Output, out ValueTask<FlushResult> sending, out AttemptFault fault))
            {
                fault = await SendOnAsync(connection.Output, sending).ConfigureAwait(false);
            }

            // 3.
            while (fault == AttemptFault.None)
            {
                ReadResult read;
                try
                {
                    ValueTask<ReadResult> reading = connection.Input.ReadAsync();
                    signal.Work.PauseUnless(reading.IsCompleted);
                    read = await reading.ConfigureAwait(false);
                }
                catch (IOException e)
                {
                    Detail = e.Message;
                    fault = AttemptFault.Reset;
                    break;
                }
                finally
                {
                    signal.Work.Resume();
                }

                if (TryTakeHead(read, out fault))
                {
                    return AttemptFault.None;
                }
            }

            bool untouched = fault == AttemptFault.Reset && !_answerBegun && connection.Uses > 1;
            Close(reusable: false);
            if (!untouched || replaced)
            {
                return fault;
            }

            replaced = true;
            connection = null;
        }
    }

    /// <summary>Lets go of everything up to <paramref name="consumed"/> and waits for more of the response.</summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    internal async ValueTask<UpstreamRead> ReadMoreAsync(SequencePosition consumed)
    {
        PipeReader input = _connection!.Input;
        long kept = _buffer.Slice(consumed).Length;
        input.AdvanceTo(consumed, _buffer.End);
        while (true)
        {
            ReadResult result;
            try
            {
                ValueTask<ReadResult> reading = input.ReadAsync();
                signal.Work.PauseUnless(reading.IsCompleted);
                result = await reading.ConfigureAwait(false);
            }
            catch (IOException)
            {
                _buffer = default;
                return UpstreamRead.Reset;
            }
            finally
            {
                signal.Work.Resume();
            }

            _buffer = result.Buffer;
            if (signal.Unwanted)
            {
                return UpstreamRead.ClientGone;
            }

            if (result.IsCanceled)
            {
                if (signal.Expired)
                {
                    return UpstreamRead.Expired;
                }

                // What came together with a wake-up is data like any other: examined here, it would be waited for in vain.
                if (_buffer.Length == kept)
                {
                    input.AdvanceTo(_buffer.Start, _buffer.End);
                    continue;
                }
            }

            return result.IsCompleted ? UpstreamRead.End : UpstreamRead.Data;
        }
    }

    /// <summary>
    /// Ends the use of the connection. It goes back to its pool when its response was read to the end at <paramref name="end"/>, nothing
    /// lies behind that, and the provider keeps it open.
    /// </summary>
    internal void Finish(SequencePosition end)
    {
        bool clean = Head.KeepAlive && Head.Framing != BodyFraming.UntilClose && _buffer.Slice(end).IsEmpty;
        if (clean)
        {
            _connection!.Input.AdvanceTo(end);
        }

        Close(clean);
    }

    /// <summary>Ends the use of the connection and closes it, which cancels the call at the provider.</summary>
    internal void Cancel()
    {
        if (_connection is not null)
        {
            Close(reusable: false);
        }
    }

    private void Close(bool reusable)
    {
        UpstreamConnection connection = _connection!;
        _connection = null;
        signal.Watch(null);
        Head.Reset();
        _buffer = default;
        if (reusable)
        {
            _pool!.Return(connection);
        }
        else
        {
            _pool!.Discard(connection, "The upstream call ended early.");
        }
    }

    // Writes the request and sends it, all of it or its first piece. False: what is left waits, in SendOnAsync.
    private bool TrySend(PipeWriter output, out ValueTask<FlushResult> sending, out AttemptFault fault)
    {
        UpstreamRequestWriter.WriteHead(output, _request);
        _body.Begin(_request);
        _body.WritePiece(output, _request.Edits, SendPiece);
        fault = AttemptFault.None;
        try
        {
            sending = output.FlushAsync();
        }
        catch (IOException)
        {
            // As below.
            sending = default;
            return true;
        }

        if (!_body.IsSent || !sending.IsCompletedSuccessfully)
        {
            return false;
        }

        // The result says nothing that is not seen here: a wait that was ended, or an end of which the answer tells.
        _ = sending.Result;
        fault = StateFault();
        return true;
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<AttemptFault> SendOnAsync(PipeWriter output, ValueTask<FlushResult> sending)
    {
        while (true)
        {
            FlushResult result;
            try
            {
                signal.Work.PauseUnless(sending.IsCompleted);
                result = await sending.ConfigureAwait(false);
            }
            catch (IOException)
            {
                // It may have answered before it closed: a refusal of a body that is too large comes this way.
                return AttemptFault.None;
            }
            finally
            {
                signal.Work.Resume();
            }

            AttemptFault fault = StateFault();
            if (fault != AttemptFault.None || _body.IsSent || result.IsCompleted)
            {
                return fault;
            }

            try
            {
                if (_body.TryTakeInPlace(_request.Edits, SendPiece, out ReadOnlyMemory<byte> octets))
                {
                    sending = output.WriteAsync(octets);
                }
                else
                {
                    _body.WritePiece(output, _request.Edits, SendPiece);
                    sending = output.FlushAsync();
                }
            }
            catch (IOException)
            {
                return AttemptFault.None;
            }
        }
    }

    // Over TLS a flush does not say that it was ended.
    private AttemptFault StateFault() => signal.Unwanted ? AttemptFault.ClientGone : signal.Expired ? ExpiredFault() : AttemptFault.None;

    // False without a fault: what has come is no whole head yet.
    private bool TryTakeHead(in ReadResult read, out AttemptFault fault)
    {
        fault = AttemptFault.None;
        _buffer = read.Buffer;
        while (!_buffer.IsEmpty)
        {
            // Closed in the middle of a head is still no answer, but not what an idle connection's end looks like.
            _answerBegun = true;
            ParseStatus status = ResponseParser.TryParse(_buffer, Head, ServerLimits.ResponseHead, _request.Head.Verb);
            if (status == ParseStatus.Incomplete)
            {
                break;
            }

            if (status == ParseStatus.Invalid || Head.Status == 101)
            {
                Detail = status == ParseStatus.Invalid ? Head.Error.Describe() : "101 Switching Protocols was not asked for";
                fault = AttemptFault.Malformed;
                return false;
            }

            if (Head.Status >= 200)
            {
                return true;
            }

            // An interim response (RFC 9110 §15.2): the final one follows.
            SequencePosition next = _buffer.GetPosition(Head.Length);
            Head.Reset();
            _buffer = _buffer.Slice(next);
        }

        fault = signal.Unwanted ? AttemptFault.ClientGone
            : read.IsCompleted ? AttemptFault.Reset
            : read.IsCanceled && signal.Expired ? ExpiredFault()
            : AttemptFault.None;
        if (fault == AttemptFault.None)
        {
            _connection!.Input.AdvanceTo(_buffer.Start, _buffer.End);
        }

        return false;
    }

    private AttemptFault ExpiredFault() => signal.LimitExpired ? AttemptFault.Deadline : AttemptFault.FirstByteTimeout;

    // The wait for a connection was ended by the signal, which knows why.
    private AttemptFault FaultOf(ConnectFailure failure) => failure switch
    {
        ConnectFailure.PoolExhausted or ConnectFailure.Cancelled when signal.Unwanted => AttemptFault.ClientGone,
        ConnectFailure.PoolExhausted => AttemptFault.PoolExhausted,
        ConnectFailure.Cancelled => AttemptFault.ConnectTimeout,
        _ => AttemptFault.Connect,
    };
}

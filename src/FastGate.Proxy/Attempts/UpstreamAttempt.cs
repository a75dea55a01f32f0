using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Model;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Attempts;

/// <summary>
/// One call of a provider: rents a connection, sends the request, reads the response head, and then hands out the body as it comes.
/// One object serves a client connection for all its requests.
/// </summary>
internal sealed class UpstreamAttempt(ConnectionSignal signal)
{
    // The request body goes out in pieces of this size, each behind a flush, so that a slow provider holds the sender back.
    private const int SendPiece = 64 * 1024;

    private UpstreamConnection? _connection;
    private UpstreamPool? _pool;
    private ReadOnlySequence<byte> _buffer;
    private bool _answerBegun;

    /// <summary>The response head, once there is one.</summary>
    internal ResponseHead Head { get; } = new();

    /// <summary>The system's own words for a failure, or null.</summary>
    internal string? Detail { get; private set; }

    /// <summary>What has come and not been consumed. Behind the head: the body with its framing.</summary>
    internal ref readonly ReadOnlySequence<byte> Buffer => ref _buffer;

    /// <summary>
    /// Sends the request and reads the response head.
    /// 1. Rent a warm connection, or make one. 2. Write head and body. 3. Wait for the head, passing over interim responses.
    /// A warm connection that turns out to have been closed by the provider before it answered anything is replaced by a fresh one,
    /// once, free of charge: the provider has not seen the request.
    /// </summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    internal async ValueTask<AttemptFault> OpenAsync(UpstreamRequest request, CancellationToken clientClosed)
    {
        Detail = null;
        _answerBegun = false;
        _pool = request.Provider.Pool;
        UpstreamTimeouts timeouts = request.Provider.Timeouts;
        UpstreamConnection? connection = _pool.TryRent();
        bool replaced = false;
        while (true)
        {
            // 1.
            if (connection is null)
            {
                ConnectResult result = await _pool.ConnectAsync(signal.AtMost(timeouts.Connect), clientClosed).ConfigureAwait(false);
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
            signal.Arm(timeouts.FirstByte);
            AttemptFault fault = await SendAsync(connection.Output, request).ConfigureAwait(false);
            if (fault == AttemptFault.None)
            {
                // 3.
                fault = await ReadHeadAsync(connection.Input, request.Head.Verb).ConfigureAwait(false);
                if (fault == AttemptFault.None)
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
        input.AdvanceTo(consumed, _buffer.End);
        while (true)
        {
            ReadResult result;
            try
            {
                result = await input.ReadAsync().ConfigureAwait(false);
            }
            catch (IOException)
            {
                _buffer = default;
                return UpstreamRead.Reset;
            }

            _buffer = result.Buffer;
            if (signal.ClientGone)
            {
                return UpstreamRead.ClientGone;
            }

            if (result.IsCanceled)
            {
                if (signal.Expired)
                {
                    return UpstreamRead.Expired;
                }

                input.AdvanceTo(_buffer.Start, _buffer.End);
                continue;
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

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<AttemptFault> SendAsync(PipeWriter output, UpstreamRequest request)
    {
        UpstreamRequestWriter.WriteHead(output, request);
        var body = new UpstreamBody(request);
        while (true)
        {
            bool more = body.WritePiece(output, SendPiece);
            FlushResult result;
            try
            {
                result = await output.FlushAsync().ConfigureAwait(false);
            }
            catch (IOException)
            {
                // It may have answered before it closed: a refusal of a body that is too large comes this way.
                return AttemptFault.None;
            }

            if (signal.ClientGone)
            {
                return AttemptFault.ClientGone;
            }

            // Over TLS the flush does not say that it was ended.
            if (signal.Expired)
            {
                return ExpiredFault();
            }

            if (!more || result.IsCompleted)
            {
                return AttemptFault.None;
            }
        }
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<AttemptFault> ReadHeadAsync(PipeReader input, HttpVerb verb)
    {
        while (true)
        {
            ReadResult result;
            try
            {
                result = await input.ReadAsync().ConfigureAwait(false);
            }
            catch (IOException e)
            {
                Detail = e.Message;
                return AttemptFault.Reset;
            }

            _buffer = result.Buffer;
            while (!_buffer.IsEmpty)
            {
                // Closed in the middle of a head is still no answer, but not what an idle connection's end looks like.
                _answerBegun = true;
                ParseStatus status = ResponseParser.TryParse(_buffer, Head, ServerLimits.ResponseHead, verb);
                if (status == ParseStatus.Incomplete)
                {
                    break;
                }

                if (status == ParseStatus.Invalid || Head.Status == 101)
                {
                    Detail = status == ParseStatus.Invalid ? Head.Error.Describe() : "101 Switching Protocols was not asked for";
                    return AttemptFault.Malformed;
                }

                if (Head.Status >= 200)
                {
                    return AttemptFault.None;
                }

                // An interim response (RFC 9110 §15.2): the final one follows.
                SequencePosition next = _buffer.GetPosition(Head.Length);
                Head.Reset();
                _buffer = _buffer.Slice(next);
            }

            if (signal.ClientGone)
            {
                return AttemptFault.ClientGone;
            }

            if (result.IsCompleted)
            {
                return AttemptFault.Reset;
            }

            if (result.IsCanceled && signal.Expired)
            {
                return ExpiredFault();
            }

            input.AdvanceTo(_buffer.Start, _buffer.End);
        }
    }

    private AttemptFault ExpiredFault() => signal.LimitExpired ? AttemptFault.Deadline : AttemptFault.FirstByteTimeout;

    private static AttemptFault FaultOf(ConnectFailure failure) => failure switch
    {
        ConnectFailure.Timeout => AttemptFault.ConnectTimeout,
        ConnectFailure.PoolExhausted => AttemptFault.PoolExhausted,
        ConnectFailure.Cancelled => AttemptFault.ClientGone,
        _ => AttemptFault.Connect,
    };
}

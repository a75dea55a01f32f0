using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Clients;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Lanes;
using FastGate.Proxy.Model;
using FastGate.Proxy.Relay;
using FastGate.Proxy.Replay;
using FastGate.Proxy.Responses;
using FastGate.Proxy.Server;
using FastGate.Proxy.Streams;
using Microsoft.Extensions.Logging;

namespace FastGate.Proxy.Connections;

/// <summary>Serves the requests of one client connection, one after another. Everything a request needs is here and used again.</summary>
internal sealed partial class Exchange
{
    private readonly DataPlane _plane;
    private readonly ClientConnection _connection;
    private readonly ConnectionSignal _signal;
    private readonly RequestReader _reader;
    private readonly CredentialCheck _credentials = new();
    private readonly RelayContext _context = new();
    private readonly ClientOutput _output;
    private readonly UnaryRelay _unary;
    private readonly StreamRecorder _recorder;
    private readonly StreamRelay _stream;
    private readonly LaneSet _lanes;

    // Whose turn it is: the attempt whose outcome is looked at, whose answer the client gets.
    private Lane _lane;
    private UpstreamAttempt _attempt;
    private UpstreamStream _upstreamStream;
    private GatewaySnapshot _snapshot;

    internal Exchange(DataPlane plane, ClientConnection connection, IDuplexPipe pipe)
    {
        _plane = plane;
        _connection = connection;
        _signal = connection.Signal;
        _snapshot = plane.Snapshot;
        _reader = new RequestReader(pipe.Input, _signal);
        _output = new ClientOutput(pipe.Output, _signal);
        _lanes = new LaneSet(plane.Wheel, _signal, plane.Metrics);
        _lane = _lanes.Free();
        _attempt = _lane.Attempt;
        _upstreamStream = _lane.Stream;
        _unary = new UnaryRelay(_output);
        _recorder = new StreamRecorder(_signal, plane.Streams);
        _stream = new StreamRelay(_output, _recorder, plane.Metrics, OnFirstToken);
    }

    /// <summary>Whether the connection ends because the client does not read.</summary>
    internal bool ClientIsStuck => _output.GaveUp;

    private RequestHead Head => _reader.Head;

    /// <summary>
    /// Serves requests until the connection is at its end.
    /// 1. Read the head. 2. Find the endpoint and the client. 3. Read the body and scan it. 4. Find where it goes. 5. Call the provider.
    /// 6. Relay its answer, or say what went wrong.
    /// </summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder))]
    internal async ValueTask ServeAsync(CancellationToken clientClosed)
    {
        bool goesOn = true;
        while (goesOn && !_output.GaveUp)
        {
            try
            {
                // 1.
                _snapshot = _plane.Snapshot;
                _reader.BeginHead(_snapshot.Limits, _plane.Drain);
                ReadOutcome read;
                while (!_reader.TryEndHead(await _reader.ReadAsync().ConfigureAwait(false), _snapshot.Limits, _plane.Drain, out read))
                {
                }

                goesOn = read == ReadOutcome.Complete
                    ? await ServeRequestAsync(clientClosed).ConfigureAwait(false)
                    : read != ReadOutcome.Closed && await RefuseAsync(read).ConfigureAwait(false);
            }
            finally
            {
                ObserveTimes();
                _stream.Forget();
                _lanes.End();
                if (_context.Tap is not null)
                {
                    await EndMemoryAsync().ConfigureAwait(false);
                }

                LetGoOfScan();
                _recorder.End();
                _signal.EndOutliving();
                _signal.Disarm();
                _reader.Release();
            }
        }
    }

    // The request whose head was read; false when it was the connection's last. What need not wait is done within this call.
    private ValueTask<bool> ServeRequestAsync(CancellationToken clientClosed)
    {
        // The connection may have been idle for long: a request is served by the configuration in force when it comes.
        _snapshot = _plane.Snapshot;
        Begin();

        // 2.
        GatewayError? error = Admit(out ReadOnlyMemory<byte> errorLines);
        if (error is not null)
        {
            return RespondAsync(error, errorLines);
        }

        // 3.
        if (Head.ExpectContinue && _reader.BodyIsWanted(_snapshot.Limits))
        {
            return AskForBodyAsync(clientClosed);
        }

        ValueTask<ReadOutcome> reading = _reader.ReadBodyAsync(_snapshot.Limits);
        return reading.IsCompletedSuccessfully ? AnswerRequestAsync(reading.Result, clientClosed) : ReadBodyAsync(reading, clientClosed);
    }

    private async ValueTask<bool> AskForBodyAsync(CancellationToken clientClosed) =>
        await ContinueAsync().ConfigureAwait(false) && await ReadBodyAsync(_reader.ReadBodyAsync(_snapshot.Limits), clientClosed).ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<bool> ReadBodyAsync(ValueTask<ReadOutcome> reading, CancellationToken clientClosed) =>
        await AnswerRequestAsync(await reading.ConfigureAwait(false), clientClosed).ConfigureAwait(false);

    private ValueTask<bool> AnswerRequestAsync(ReadOutcome read, CancellationToken clientClosed)
    {
        if (read != ReadOutcome.Complete)
        {
            return read == ReadOutcome.Closed ? ValueTask.FromResult(false) : RefuseAsync(read);
        }

        return _context.Endpoint.Kind switch
        {
            EndpointKind.Upstream => Head.Has(KnownHeader.LastEventId) && NamesStream() ? ResumeAsync() : ForwardAsync(clientClosed),
            EndpointKind.Stream => ResumeAsync(),
            _ => AnswerAsync(),
        };
    }

    private void Begin()
    {
        Head.TryGet(KnownHeader.XRequestId, out ReadOnlySpan<byte> id);
        _letGo = false;
        _output.Begin();
        _context.Begin(id, _signal.Now);
        _context.ClientPatience = _snapshot.Limits.IdleTimeout;
        _context.ClientReadsChunks = Head.Minor > 0;
        _context.Close = !Head.KeepAlive || Head.Minor == 0 || _plane.Drain.IsDraining;
    }

    private GatewayError? Admit(out ReadOnlyMemory<byte> errorLines)
    {
        errorLines = default;
        ReadOnlySpan<byte> path = Head[Head.Path];
        Endpoint? endpoint = EndpointTable.Find(Head.Verb, path, out bool pathKnown);
        if (endpoint is null)
        {
            return Refuse(path, pathKnown, out errorLines);
        }

        _context.Endpoint = endpoint;
        if (_snapshot.Clients.IsOpen || endpoint.Kind == EndpointKind.Health)
        {
            return null;
        }

        _context.Client = _credentials.Find(_snapshot.Clients, Head, out bool given);
        if (_context.Client is not null)
        {
            return null;
        }

        errorLines = "www-authenticate: Bearer\r\n"u8.ToArray();
        return GatewayError.Unauthorized(given);
    }

    private GatewayError Refuse(ReadOnlySpan<byte> path, bool pathKnown, out ReadOnlyMemory<byte> errorLines)
    {
        errorLines = default;
        string shown = Encoding.Latin1.GetString(path[..Math.Min(path.Length, 200)]);
        if (!pathKnown)
        {
            return GatewayError.UnknownPath(shown);
        }

        string allowed = EndpointTable.Allowed(path);
        errorLines = Encoding.ASCII.GetBytes($"allow: {allowed}\r\n");
        return GatewayError.WrongMethod(Encoding.ASCII.GetString(Head[Head.Method]), shown, allowed);
    }

    [LoggerMessage(EventIds.StreamInterrupted, LogLevel.Warning, "An answer of {Target} broke off after it had begun ({Failure}): {What}")]
    private static partial void LogInterrupted(ILogger logger, string target, string failure, string what);

    [LoggerMessage(EventIds.AttemptFailed, LogLevel.Debug, "A call of {Target} failed ({Failure}): {What}")]
    private static partial void LogAttemptFailed(ILogger logger, string target, string failure, string what);
}

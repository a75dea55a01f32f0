using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Clients;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Relay;
using FastGate.Proxy.Responses;
using FastGate.Proxy.Server;
using Microsoft.Extensions.Logging;

namespace FastGate.Proxy.Connections;

/// <summary>Serves the requests of one client connection, one after another. Everything a request needs is here and used again.</summary>
internal sealed partial class Exchange
{
    private readonly DataPlane _plane;
    private readonly ConnectionSignal _signal;
    private readonly RequestReader _reader;
    private readonly RequestScan _scan = new();
    private readonly CredentialCheck _credentials = new();
    private readonly RelayContext _context = new();
    private readonly ClientOutput _output;
    private readonly UpstreamAttempt _attempt;
    private readonly UnaryRelay _unary;
    private readonly StreamRelay _stream;
    private GatewaySnapshot _snapshot;

    internal Exchange(DataPlane plane, ClientConnection connection, IDuplexPipe pipe)
    {
        _plane = plane;
        _signal = connection.Signal;
        _snapshot = plane.Snapshot;
        _reader = new RequestReader(pipe.Input, _signal);
        _output = new ClientOutput(pipe.Output, _signal);
        _attempt = new UpstreamAttempt(_signal);
        _unary = new UnaryRelay(_signal, _output);
        _stream = new StreamRelay(_signal, _output, plane.Metrics, OnFirstToken);
    }

    /// <summary>Whether the connection ends because the client does not read.</summary>
    internal bool ClientIsStuck => _output.GaveUp;

    private RequestHead Head => _reader.Head;

    /// <summary>
    /// Serves one request; false when the connection is at its end.
    /// 1. Read the head. 2. Find the endpoint and the client. 3. Read the body and scan it. 4. Find where it goes. 5. Call the provider.
    /// 6. Relay its answer, or say what went wrong.
    /// </summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    internal async ValueTask<bool> ServeAsync(CancellationToken clientClosed)
    {
        try
        {
            // 1.
            _snapshot = _plane.Snapshot;
            ReadOutcome read = await _reader.ReadHeadAsync(_snapshot.Limits, _plane.Drain).ConfigureAwait(false);
            if (read != ReadOutcome.Complete)
            {
                return read != ReadOutcome.Closed && await RefuseAsync(read).ConfigureAwait(false);
            }

            // The connection may have been idle for long: a request is served by the configuration in force when it comes.
            _snapshot = _plane.Snapshot;
            Begin();

            // 2.
            GatewayError? error = Admit(out ReadOnlyMemory<byte> errorLines);
            if (error is not null)
            {
                return await RespondAsync(error, errorLines).ConfigureAwait(false);
            }

            // 3.
            if (Head.ExpectContinue && _reader.BodyIsWanted(_snapshot.Limits) && !await ContinueAsync().ConfigureAwait(false))
            {
                return false;
            }

            read = await _reader.ReadBodyAsync(_snapshot.Limits).ConfigureAwait(false);
            if (read != ReadOutcome.Complete)
            {
                return read != ReadOutcome.Closed && await RefuseAsync(read).ConfigureAwait(false);
            }

            return _context.Endpoint.Kind == EndpointKind.Upstream
                ? await ForwardAsync(clientClosed).ConfigureAwait(false)
                : await AnswerAsync().ConfigureAwait(false);
        }
        finally
        {
            _attempt.Cancel();
            _signal.Disarm();
            _reader.Release();
        }
    }

    private void Begin()
    {
        Head.TryGet(KnownHeader.XRequestId, out ReadOnlySpan<byte> id);
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
        if (_snapshot.Clients.IsOpen || endpoint.Kind == EndpointKind.Health || _credentials.Find(_snapshot.Clients, Head, out bool given) is not null)
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

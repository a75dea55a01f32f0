using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Catalog;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Idempotency;
using FastGate.Proxy.LastResort;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Model;
using FastGate.Proxy.Probing;
using FastGate.Proxy.Replay;
using FastGate.Proxy.Time;
using FastGate.Proxy.Transports;
using FastGate.Proxy.Upstream;
using FastGate.Proxy.Work;
using FastGate.Routing.Retry;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace FastGate.Proxy.Server;

/// <summary>
/// The data plane: listens, serves every connection with the configuration in force, takes new configurations, and drains.
/// </summary>
public sealed partial class DataPlane : IAsyncDisposable
{
    // So many at most may be held up for some tens of milliseconds by a collection that gives memory back.
    private const int FewConnections = 128;

    private readonly ILogger _logger;
    private readonly TimerWheel _wheel;
    private readonly ConcurrentDictionary<long, ClientConnection> _connections = new();
    private readonly List<Listener> _listeners = [];
    private readonly TaskCompletionSource _allClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITransport _transport;
    private readonly Lock _reload = new();
    private readonly SnapshotBuilder _builder;
    private readonly Prober _prober;
    private GatewaySnapshot _snapshot;
    private readonly MemoryIdempotencyStore _idempotency;
    private IAnswerStore? _answers;
    private long _nextConnectionId;

    // When most of a wave have gone, what they left is looked for in the background; when nearly all have, memory goes back as well.
    private readonly ConnectionWave _falling = new(part: 8);
    private readonly ConnectionWave _gone = new(part: 128);
    private int _open;

    /// <summary>Makes a data plane that does not listen yet.</summary>
    /// <param name="settings">The checked configuration.</param>
    /// <param name="loggers">Where events are logged.</param>
    /// <param name="time">The clock of every timeout.</param>
    public DataPlane(GatewaySettings settings, ILoggerFactory loggers, TimeProvider time)
        : this(settings, loggers, time, connectors: null)
    {
    }

    /// <summary>The same with connections to providers that <paramref name="connectors"/> makes; null: sockets.</summary>
    internal DataPlane(GatewaySettings settings, ILoggerFactory loggers, TimeProvider time, ConnectorFactory? connectors)
    {
        _logger = loggers.CreateLogger("FastGate.Proxy");
        _wheel = new TimerWheel(time);
        Time = time;
        Events = new EventFeed(time);
        Started = time.GetUtcNow();
        Routing = new RoutingContext(time, new RetryBudget(settings.RetryShare, settings.RetriesPerSecond), new HealthObserver(Events, Metrics, IsRoute));
        _transport = settings.Transport.Create();
        _builder = new SnapshotBuilder(_wheel, Metrics, Routing, connectors ?? OverTransport);
        _snapshot = _builder.Build(settings, null);
        _prober = new Prober(() => Snapshot, Routing, _wheel, time);
        _idempotency = new MemoryIdempotencyStore(settings.Stores.Idempotency, _wheel);
        Webhooks = new Webhooks(_wheel, _transport, _logger);
        OpenAnswers(settings);
        Catalog = new ModelCatalog(_wheel, time, _logger);
        Catalog.Update(_snapshot);
        Streams = new StreamRegistry(_wheel, settings.Limits);
    }

    /// <summary>The addresses that are listened on, with the ports that were really taken, in the order of <see cref="ListenAsync"/>.</summary>
    public ImmutableArray<IPEndPoint> Addresses => [.. _listeners.Select(l => (IPEndPoint)l.Socket.EndPoint)];

    /// <summary>Whether the plane has begun to stop.</summary>
    public bool IsDraining => Drain.IsDraining;

    /// <summary>Client connections that are open.</summary>
    public int OpenConnections => Volatile.Read(ref _open);

    /// <summary>Requests that wait for their client or an upstream.</summary>
    internal int WaitingRequests => _connections.Values.Count(connection => connection.Signal.Work.IsWaiting);

    internal GatewaySnapshot Snapshot => Volatile.Read(ref _snapshot);

    internal ModelCatalog Catalog { get; }

    internal ProxyMetrics Metrics { get; } = new();

    internal DrainState Drain { get; } = new();

    /// <summary>The runs of requests with a key.</summary>
    internal IIdempotencyStore Idempotency => _idempotency;

    /// <summary>Requests with a key that go on without their clients.</summary>
    internal int Detached => _idempotency.Detached;

    /// <summary>Stored answers; null until a route stores any.</summary>
    internal IAnswerStore? Answers => Volatile.Read(ref _answers);

    /// <summary>Who is asked when no target can answer.</summary>
    internal Webhooks Webhooks { get; }

    /// <summary>The clock of everything that is not a deadline of the timer wheel.</summary>
    internal TimeProvider Time { get; }

    /// <summary>What decisions share.</summary>
    internal RoutingContext Routing { get; }

    /// <summary>What happened lately.</summary>
    internal EventFeed Events { get; }

    /// <summary>When it was made.</summary>
    internal DateTimeOffset Started { get; }

    internal TimerWheel Wheel => _wheel;

    /// <summary>The streams that can be resumed.</summary>
    internal StreamRegistry Streams { get; }

    internal ILogger Logger => _logger;

    /// <summary>Binds every address, then serves: <see cref="BindAsync(IReadOnlyList{ListenSettings})"/> and <see cref="Start"/>.</summary>
    /// <exception cref="IOException">An address is in use or cannot be bound; the message names it. Nothing stays bound.</exception>
    public async Task ListenAsync(IReadOnlyList<ListenSettings> addresses)
    {
        await BindAsync(addresses).ConfigureAwait(false);
        Start();
    }

    /// <summary>Binds every address. Nothing is accepted yet, and no provider asked.</summary>
    /// <exception cref="IOException">An address is in use or cannot be bound; the message names it. Nothing stays bound.</exception>
    public async Task BindAsync(IReadOnlyList<ListenSettings> addresses)
    {
        try
        {
            foreach (ListenSettings address in addresses)
            {
                IConnectionListener socket = await BindAsync(address).ConfigureAwait(false);
                _listeners.Add(new Listener(socket, TlsOptions(address)));
            }
        }
        catch
        {
            await UnbindAsync().ConfigureAwait(false);
            await DisposeListenersAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Accepts on every address, and begins to ask providers for their models and their health.</summary>
    public void Start()
    {
        foreach (Listener listener in _listeners)
        {
            listener.Accepting = AcceptAsync(listener);
        }

        Catalog.Start();
        _prober.Start();
    }

    /// <summary>
    /// Puts a new configuration in force for requests that begin from now on. Providers reached as before keep their connections.
    /// </summary>
    public void Apply(GatewaySettings settings)
    {
        lock (_reload)
        {
            GatewaySnapshot old = _snapshot;
            GatewaySnapshot current = _builder.Build(settings, old);
            _idempotency.Limits = settings.Stores.Idempotency;
            OpenAnswers(settings);
            Volatile.Write(ref _snapshot, current);
            Catalog.Update(current);
            Streams.Apply(settings.Limits);
            foreach (UpstreamPool pool in SnapshotBuilder.Unused(old, current))
            {
                // Requests under way still use it: it closes each connection as it comes back.
                pool.Retire();
            }
        }
    }

    /// <summary>
    /// Stops accepting, closes idle connections, lets requests in flight finish within <see cref="ServerLimits.DrainTimeout"/>, and
    /// then closes what is left.
    /// </summary>
    /// <returns>How many connections had to be cut.</returns>
    public async Task<int> StopAsync()
    {
        Drain.Begin();
        await UnbindAsync().ConfigureAwait(false);
        foreach (ClientConnection connection in _connections.Values)
        {
            connection.Signal.Wake();
        }

        if (_connections.IsEmpty)
        {
            _allClosed.TrySetResult();
        }

        int cut = 0;
        try
        {
            await _allClosed.Task.WaitAsync(Snapshot.Limits.DrainTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            foreach (ClientConnection connection in _connections.Values)
            {
                cut++;
                connection.Abort("The gateway is stopping and the drain timeout has passed.");
            }

            await _allClosed.Task.WaitAsync(TimeSpan.FromSeconds(5)).ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
        }

        await DisposeListenersAsync().ConfigureAwait(false);
        return cut;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!IsDraining)
        {
            await StopAsync().ConfigureAwait(false);
        }

        await _prober.DisposeAsync().ConfigureAwait(false);
        await Catalog.DisposeAsync().ConfigureAwait(false);
        foreach (Provider provider in Snapshot.Providers)
        {
            provider.Pool.Dispose();
        }

        Webhooks.Dispose();
        if (_answers is { } answers)
        {
            await answers.DisposeAsync().ConfigureAwait(false);
        }

        _wheel.Dispose();
        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    private UpstreamConnector OverTransport(ProviderSettings settings, TimerWheel wheel) => new(Origin.Of(settings.BaseUrl), settings.Tls, wheel, _transport);

    private void OpenAnswers(GatewaySettings settings)
    {
        // Its bounds and its file hold from the first route that stores answers until the process ends.
        if (_answers is null && settings.Answers.Values.Append(settings.DirectAnswers).Any(policy => policy.Stores))
        {
            Volatile.Write(ref _answers, AnswerStores.Open(settings.Stores, Metrics.Answers, _logger));
        }
    }

    private bool IsRoute(string plan) => Snapshot.Routes.Any(route => route.Name == plan);

    private async Task<IConnectionListener> BindAsync(ListenSettings address)
    {
        try
        {
            return await _transport.BindAsync(address.EndPoint).ConfigureAwait(false);
        }
        catch (AddressInUseException)
        {
            throw new IOException($"{address.EndPoint} is already in use; stop what listens there or choose another address");
        }
        catch (System.Net.Sockets.SocketException e)
        {
            throw new IOException($"{address.EndPoint} cannot be listened on: {e.Message}");
        }
    }

    private async Task AcceptAsync(Listener listener)
    {
        while (true)
        {
            ConnectionContext? context;
            try
            {
                context = await listener.Socket.AcceptAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                // Out of descriptors, most likely. The next connection may find one free; accepting in a tight loop would not help it.
                LogAcceptFailed(_logger, e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false);
                continue;
            }

            if (context is null)
            {
                return;
            }

            int open = Interlocked.Increment(ref _open);
            if (open > Snapshot.Limits.MaxConnections)
            {
                Interlocked.Decrement(ref _open);
                LogTooManyConnections(_logger, Snapshot.Limits.MaxConnections);
                context.Abort();
                _ = context.DisposeAsync().AsTask();
                continue;
            }

            _falling.OnOpened(open);
            _gone.OnOpened(open);
            long id = Interlocked.Increment(ref _nextConnectionId);
            var connection = new ClientConnection(this, context, id);
            _connections[id] = connection;
            _ = ServeAsync(connection, id, listener.Tls);
        }
    }

    private async Task ServeAsync(ClientConnection connection, long id, SslServerAuthenticationOptions? tls)
    {
        try
        {
            await connection.RunAsync(tls).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Not a client's or a provider's doing, those end inside: a fault of ours. It costs this connection and is reported whole.
            LogConnectionFault(_logger, e);
            connection.Abort("internal error");
        }
        finally
        {
            _connections.TryRemove(id, out _);
            int open = Interlocked.Decrement(ref _open);
            bool isFalling = _falling.OnClosed(open);
            if ((_gone.OnClosed(open) || isFalling) && !IsDraining)
            {
                _ = OffLoop.Run("collect what a wave of connections has left", static plane => plane.Collect(), this);
            }

            if (IsDraining && _connections.IsEmpty)
            {
                _allClosed.TrySetResult();
            }
        }
    }

    private bool Collect()
    {
        int open = OpenConnections;
        if (open > FewConnections)
        {
            LogCollecting(_logger, open);
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
            return false;
        }

        long before = GC.GetTotalMemory(forceFullCollection: false);
        TimeSpan paused = GC.GetTotalPauseDuration();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        LogCollected(_logger, before - GC.GetTotalMemory(forceFullCollection: false), open, (GC.GetTotalPauseDuration() - paused).TotalMilliseconds);
        return true;
    }

    private async Task UnbindAsync()
    {
        foreach (Listener listener in _listeners)
        {
            await listener.Socket.UnbindAsync().ConfigureAwait(false);
            await listener.Accepting.ConfigureAwait(false);
        }
    }

    // A listener owns the memory of the connections it accepted (on .NET 9 none can be had from it any more), so it goes after the last of them.
    private async Task DisposeListenersAsync()
    {
        foreach (Listener listener in _listeners)
        {
            await listener.Socket.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static SslServerAuthenticationOptions? TlsOptions(ListenSettings address) => address.Certificate is null ? null : new SslServerAuthenticationOptions
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(address.Certificate, address.Intermediates, offline: true),
        ApplicationProtocols = [SslApplicationProtocol.Http11],
        AllowTlsResume = true,
        EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls12 | System.Security.Authentication.SslProtocols.Tls13,
    };

    private sealed class Listener(IConnectionListener socket, SslServerAuthenticationOptions? tls)
    {
        internal IConnectionListener Socket { get; } = socket;

        internal SslServerAuthenticationOptions? Tls { get; } = tls;

        internal Task Accepting { get; set; } = Task.CompletedTask;
    }
}

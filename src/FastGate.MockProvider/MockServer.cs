using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FastGate.MockProvider.Behaviours;
using FastGate.MockProvider.Calls;
using FastGate.MockProvider.Delivery;
using FastGate.MockProvider.Http;
using FastGate.MockProvider.OpenAI;

namespace FastGate.MockProvider;

/// <summary>
/// A scripted model provider on a plain socket: it answers as the real service would, as strictly, and misbehaves exactly as the
/// requested model's name says. <c>GET /mock/log</c> and <see cref="Log"/> show the calls it saw.
/// </summary>
public sealed class MockServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<long, Task> _connections = new();
    private readonly Planner _planner;
    private readonly IDialect[] _dialects;
    private readonly IDialect _otherwise;
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;
    private long _accepted;
    private int _disposed;

    /// <summary>A server that does not listen yet.</summary>
    /// <param name="options">How it behaves.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fault rate is not within 0 and 1, or a count or a time is out of range.</exception>
    /// <exception cref="ArgumentException">There is a fault rate without a fault, or no behaviour of such a fault's name.</exception>
    public MockServer(MockOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(options.FaultRate, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.FaultRate, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Tokens, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.LogCapacity, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Slice, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Latency, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TokenInterval, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.FlapPeriod, TimeSpan.Zero, nameof(options));
        Options = options;
        Calls = new CallLog(options.TimeProvider, options.LogCapacity);
        _planner = new Planner(options);
        _otherwise = new OpenAiDialect(options, _planner);
        _dialects = [_otherwise];
    }

    /// <summary>Where the server listens, with the port it got.</summary>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public IPEndPoint BoundEndpoint => (IPEndPoint)(_listener ?? throw new InvalidOperationException("The server was not started.")).LocalEndPoint!;

    /// <summary>The calls seen since the start or the last reset, oldest first, at most <see cref="MockOptions.LogCapacity"/>.</summary>
    public IReadOnlyList<MockCall> Log => Calls.Snapshot();

    /// <summary>Connections accepted since the start.</summary>
    public long ConnectionsAccepted => Volatile.Read(ref _accepted);

    /// <summary>Connections open now.</summary>
    public int ConnectionsOpen => _connections.Count;

    internal MockOptions Options { get; }

    internal CallLog Calls { get; }

    /// <summary>Begins to listen and to serve.</summary>
    /// <returns>This server.</returns>
    /// <exception cref="SocketException">The endpoint cannot be had: in use, not this machine's, not permitted.</exception>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public MockServer Start()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (_listener is not null)
        {
            throw new InvalidOperationException("The server was started before.");
        }

        var listener = new Socket(Options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(Options.Listen);
            listener.Listen(1024);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        _listener = listener;
        _accepting = AcceptAsync(listener);
        return this;
    }

    /// <summary>Forgets the calls, lets every <c>-once</c> model fail once more, and starts <c>flap</c> and the fault rate anew.</summary>
    public void Reset()
    {
        Calls.Clear();
        _planner.Reset();
    }

    /// <summary>Waits until the log satisfies a predicate; it is looked at now and after every change, never polled.</summary>
    /// <param name="predicate">Runs under the log's lock: it must be quick and must not call back.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The log as it was when the predicate held.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Task<IReadOnlyList<MockCall>> WaitForLogAsync(Func<IReadOnlyList<MockCall>, bool> predicate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return Calls.WaitAsync(predicate, cancellationToken);
    }

    /// <summary>Waits for a call that satisfies a predicate, as <see cref="WaitForLogAsync"/> does.</summary>
    /// <param name="predicate">What the call must be like, for example <c>call => call.Aborted</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The first such call.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task<MockCall> WaitForAsync(Func<MockCall, bool> predicate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        IReadOnlyList<MockCall> calls = await WaitForLogAsync(log => log.Any(predicate), cancellationToken).ConfigureAwait(false);
        return calls.First(predicate);
    }

    /// <summary>Stops listening, breaks off what is in flight, and returns when the last connection is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_connections.Values).ConfigureAwait(false);
        _stopping.Dispose();
    }

    internal IDialect DialectFor(MockRequest request) => Array.Find(_dialects, dialect => dialect.Owns(request)) ?? _otherwise;

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionAborted)
            {
                // That client left before it was accepted.
                continue;
            }

            long number = Interlocked.Increment(ref _accepted);

            // Off this loop from the start, and never faster out of the table than into it.
            var connection = new MockConnection(number, socket, this);
            var registered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _connections[number] = ServeAsync(connection, number, registered.Task);
            registered.SetResult();
        }
    }

    /// <summary>A connection that ended in order leaves the table; one that ended in a bug stays, and <see cref="DisposeAsync"/> throws it.</summary>
    private async Task ServeAsync(MockConnection connection, long number, Task registered)
    {
        await registered.ConfigureAwait(false);
        await connection.RunAsync(_stopping.Token).ConfigureAwait(false);
        _connections.TryRemove(number, out _);
    }
}

using FastGate.Proxy.Measurement;
using FastGate.Proxy.Time;
using FastGate.Proxy.Transports;
using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using System.Buffers;
using System.Text;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Model;
using FastGate.Proxy.Server;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastGate.Benchmarks.Embedded;

/// <summary>
/// The whole data plane without sockets, threads or time: the caller sends a client's octets, sees what the gateway asks the provider,
/// plays the provider, and sees what the client gets, one step after the other on its own thread. Shared by the benchmarks, the
/// allocation gate and fuzzers.
/// </summary>
/// <remarks>
/// <code>
/// using var gateway = new EmbeddedGateway(EmbeddedGateway.OneProvider());
/// MemoryConnection client = gateway.Connect();
/// client.Send(request);
/// gateway.Upstream.Send(answer);
/// ... client.Received ...
/// </code>
/// </remarks>
internal sealed class EmbeddedGateway : IDisposable
{
    /// <summary>The name of a provider that refuses connections.</summary>
    public const string DeadProvider = "dead";

    private readonly DataPlane _plane;
    private readonly List<Task> _serving = [];
    private MemoryConnector? _connector;
    private MemoryConnection? _client;

    public EmbeddedGateway(GatewaySettings settings) =>
        _plane = new DataPlane(
            settings, NullLoggerFactory.Instance, new FrozenTime(),
            (provider, wheel) => provider.Name == DeadProvider ? new RefusingConnector() : _connector ??= new MemoryConnector(wheel));

    /// <summary>The newest connection the gateway has made to a provider, whichever.</summary>
    /// <exception cref="InvalidOperationException">It has made none.</exception>
    public MemoryConnection Upstream => _connector?.Newest ?? throw new InvalidOperationException("The gateway has called no provider.");

    /// <summary>Connections the gateway has made to providers.</summary>
    public int UpstreamCount => _connector?.Count ?? 0;

    /// <summary>One provider named "bench" and a route "chat" to one of its models, every default feature on.</summary>
    public static GatewaySettings OneProvider() => new()
    {
        Providers =
        [
            new ProviderSettings("bench", new Uri("http://bench.invalid/v1"))
            {
                Keys = [new ProviderKeySettings("sk-bench-0000000000000000", 1)],
                Models = ["gpt-4o-mini"],
            },
        ],
        Routes = [new RouteDefinition("chat", [new MemberDefinition("bench/gpt-4o-mini")])],
        Transport = new TransportSettings(TransportKind.Sockets),
        Clients = [new ClientSettings("app", [.. System.Security.Cryptography.SHA256.HashData("sk-client-0000000000000000"u8)])],
    };

    /// <summary>The same with a first target that refuses connections. The clock stands still: once that target is out, no trial brings it back.</summary>
    public static GatewaySettings DeadPrimary()
    {
        GatewaySettings settings = OneProvider();
        return settings with
        {
            Providers =
            [
                .. settings.Providers,
                new ProviderSettings(DeadProvider, new Uri("http://dead.invalid/v1")) { Keys = [new ProviderKeySettings("sk-dead-0000000000000000", 1)] },
            ],
            Routes = [new RouteDefinition("chat", [new MemberDefinition(DeadProvider + "/gpt-4o-mini"), new MemberDefinition("bench/gpt-4o-mini")])],
        };
    }

    /// <summary>What requests read of such settings, without a data plane.</summary>
    public static GatewaySnapshot Snapshot(GatewaySettings settings)
    {
        var time = new FrozenTime();
        return new SnapshotBuilder(new TimerWheel(time), new ProxyMetrics(), new RoutingContext(time, new RetryBudget(), null), (_, timers) => new MemoryConnector(timers)).Build(settings, null);
    }

    /// <summary>A client connects. Faults of the data plane come to light in <see cref="Dispose"/>.</summary>
    public MemoryConnection Connect()
    {
        _client = new MemoryConnection();
        _serving.Add(new ClientConnection(_plane, _client, _serving.Count).RunAsync(tls: null));
        return _client;
    }

    /// <summary>One request on the newest client connection, and its answer, which the provider gives in the pieces given.</summary>
    /// <returns>How many octets the client got.</returns>
    public int Ask(ReadOnlySpan<byte> request, byte[][] answer)
    {
        Begin(request);
        int octets = 0;
        foreach (byte[] piece in answer)
        {
            Upstream.Send(piece);
            octets += _client!.Discard();
        }

        return octets;
    }

    /// <summary>One request that the gateway answers without asking anybody.</summary>
    /// <returns>How many octets the client got.</returns>
    public int AskAlone(ReadOnlySpan<byte> request)
    {
        _client!.Send(request);
        int octets = _client.Discard();
        return octets > 0 ? octets : throw new InvalidOperationException("The gateway did not answer at once.");
    }

    /// <summary>The same as <see cref="Ask"/>, giving what the client got.</summary>
    public string Read(ReadOnlySpan<byte> request, byte[][] answer)
    {
        Begin(request);
        foreach (byte[] piece in answer)
        {
            Upstream.Send(piece);
        }

        string text = Encoding.UTF8.GetString(_client!.Received.ToArray());
        _client.Discard();
        return text;
    }

    /// <summary>One request that no provider is asked for.</summary>
    /// <returns>How many octets the client got.</returns>
    public int AskStored(ReadOnlySpan<byte> request)
    {
        _client!.Send(request);
        return _client.Discard();
    }

    /// <summary>The same, giving what the client got.</summary>
    public string ReadStored(ReadOnlySpan<byte> request)
    {
        _client!.Send(request);
        string text = Encoding.UTF8.GetString(_client.Received.ToArray());
        _client.Discard();
        return text;
    }

    /// <summary>Ends the newest client connection and the data plane.</summary>
    public void Dispose()
    {
        if (_client is { IsClosed: false })
        {
            _client.End();
        }

        foreach (Task connection in _serving)
        {
            if (connection.IsCompleted)
            {
                connection.GetAwaiter().GetResult();
            }
        }

        _plane.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private void Begin(ReadOnlySpan<byte> request)
    {
        _client!.Send(request);
        if (UpstreamCount == 0 || Upstream.Discard() == 0)
        {
            throw new InvalidOperationException("The gateway did not call the provider: " + Encoding.UTF8.GetString(_client.Received.ToArray()));
        }
    }
}

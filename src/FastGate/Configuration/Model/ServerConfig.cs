using FastGate.Proxy.Transports;

namespace FastGate.Configuration;

/// <summary>Limits and timeouts of the data plane towards its clients.</summary>
internal sealed record ServerConfig
{
    /// <summary>Largest request body, in bytes.</summary>
    public int MaxBody { get; init; } = 32 * 1024 * 1024;

    /// <summary>Largest request head (request line and headers), in bytes.</summary>
    public int MaxHead { get; init; } = 32 * 1024;

    /// <summary>Time for a request head to arrive whole, from its first byte.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for a body to arrive whole, to which one second is added for every 4 KiB received.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client connection may be silent between requests.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long requests in flight may go on after the gateway was told to stop.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Event loops; null: as many as the machine has cores for it.</summary>
    public int? Workers { get; init; }

    /// <summary>What carries connections.</summary>
    public TransportKind Transport { get; init; }

    /// <summary>Client connections open at once, all listeners together.</summary>
    public int MaxConnections { get; init; } = 65536;

    /// <summary>Requests that go on without their clients, all together.</summary>
    public int MaxDetached { get; init; } = 4096;

    /// <summary>Memory for the events of resumable streams, all together, in bytes.</summary>
    public int ReplayMemory { get; init; } = 256 * 1024 * 1024;
}

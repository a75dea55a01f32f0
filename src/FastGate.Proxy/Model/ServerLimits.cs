using FastGate.Protocol.Http;

namespace FastGate.Proxy.Model;

/// <summary>The bounds on what a client may send and how long it may take.</summary>
public sealed record ServerLimits
{
    /// <summary>Octets of a request body at most.</summary>
    public long MaxBody { get; init; } = 32 * 1024 * 1024;

    /// <summary>Octets of a request head at most.</summary>
    public int MaxHead { get; init; } = 32 * 1024;

    /// <summary>From a head's first octet to its last.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For a whole body, plus a second for every 4 KiB received.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection without a request is closed after this; so is one whose client does not read its answer.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a stopping gateway waits for what is in flight.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Client connections at most; one more is closed at once.</summary>
    public int MaxConnections { get; init; } = 65536;

    /// <summary>Exchanges that may go on without their clients; one more ends with its client.</summary>
    public int MaxDetached { get; init; } = 4096;

    /// <summary>Octets of memory for the events of resumable streams, all together.</summary>
    public long ReplayMemory { get; init; } = 256 * 1024 * 1024;

    internal HeadLimits RequestHead => new(MaxHead, MaxHeaderCount);

    /// <summary>Bounds of a provider's response head. Providers send large cookies and policies, hence more than clients may.</summary>
    internal static HeadLimits ResponseHead => new(64 * 1024, 256);

    private const int MaxHeaderCount = 128;
}

using System.Net;

namespace FastGate.Load.Upstream;

/// <summary>What the upstream answers, and how fast.</summary>
internal sealed record UpstreamOptions
{
    /// <summary>Where to listen; port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Wait before an answer, or before a stream's first byte.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Bytes of a unary completion.</summary>
    public int BodyBytes { get; init; } = 420;

    /// <summary>Content events of a stream; role, finish reason and [DONE] come on top.</summary>
    public int Events { get; init; } = 100;

    /// <summary>Bytes of a content event from <c>data:</c> to its blank line.</summary>
    public int EventBytes { get; init; } = 200;

    /// <summary>Time between events; 0 sends each as soon as the last is on its way.</summary>
    public TimeSpan EventInterval { get; init; }

    /// <summary>Event loop threads.</summary>
    public int Threads { get; init; } = 1;
}

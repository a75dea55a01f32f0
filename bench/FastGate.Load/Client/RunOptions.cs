using System.Net;

namespace FastGate.Load.Client;

/// <summary>What a run does. Times are whole runs' settings, not per request unless said so.</summary>
internal sealed record RunOptions
{
    /// <summary>http or https URL of the target; its path is used unless <see cref="Path"/> is given.</summary>
    public required Uri Target { get; init; }

    /// <summary>Where to connect to.</summary>
    public required EndPoint EndPoint { get; init; }

    /// <summary>Path and query of the request line.</summary>
    public required string Path { get; init; }

    /// <summary>Requests a second in an open loop; 0 for a closed loop.</summary>
    public double Rate { get; init; }

    /// <summary>Most connections at once.</summary>
    public int Connections { get; init; } = 32;

    /// <summary>The measured window.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Load before the window that is not measured.</summary>
    public TimeSpan Warmup { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A request without an answer for this long has failed; also how long the end of the run waits for the last ones.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Read answers as server-sent events.</summary>
    public bool Stream { get; init; }

    /// <summary>Head and body as they go out.</summary>
    public required ReadOnlyMemory<byte> Message { get; init; }

    /// <summary>Bytes of the body within <see cref="Message"/>.</summary>
    public int BodyBytes { get; init; }

    /// <summary>Accept any server certificate.</summary>
    public bool Insecure { get; init; }

    /// <summary>Processes whose CPU and memory belong to the measurement.</summary>
    public IReadOnlyList<int> Pids { get; init; } = [];

    /// <summary>Event loop threads.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Where to write the report as JSON; null for nowhere.</summary>
    public string? JsonFile { get; init; }
}

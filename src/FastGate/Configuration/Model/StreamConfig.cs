using FastGate.Proxy.Model;

namespace FastGate.Configuration;

/// <summary>How a route's streams are treated.</summary>
internal sealed record StreamConfig
{
    /// <summary>Whether and how a stream that broke in mid-answer is continued on another target.</summary>
    public StreamContinuation Continue { get; init; } = StreamContinuation.Auto;

    /// <summary>Which streams can be resumed.</summary>
    public StreamResume Resume { get; init; } = StreamResume.WhenAsked;

    /// <summary>Bytes of a resumable stream that are kept.</summary>
    public int Ring { get; init; } = 256 * 1024;

    /// <summary>How long a stream goes on without its client, and how long it is kept after its end.</summary>
    public TimeSpan Retain { get; init; } = TimeSpan.FromSeconds(60);
}

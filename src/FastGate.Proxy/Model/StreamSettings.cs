namespace FastGate.Proxy.Model;

/// <summary>How a stream that broke in mid-answer may be continued on another target.</summary>
public enum StreamContinuation : byte
{
    /// <summary>In the way that suits the next target best: its answer's beginning given, asked to go on, or asked again.</summary>
    Auto,

    /// <summary>Only by asking again: what is answered must begin with exactly what was delivered.</summary>
    Replay,

    /// <summary>Not at all: the client gets the interruption error.</summary>
    Off,
}

/// <summary>Which streams a client can come back to after its connection was lost.</summary>
public enum StreamResume : byte
{
    /// <summary>Those whose request asks for it.</summary>
    WhenAsked,

    /// <summary>All.</summary>
    Always,

    /// <summary>None.</summary>
    Never,
}

/// <summary>How the streams of a route are treated.</summary>
public sealed record StreamSettings
{
    /// <summary>What holds where nothing is said.</summary>
    public static readonly StreamSettings Default = new();

    /// <summary>Whether and how a broken stream is continued.</summary>
    public StreamContinuation Continue { get; init; } = StreamContinuation.Auto;

    /// <summary>Which streams can be resumed.</summary>
    public StreamResume Resume { get; init; } = StreamResume.WhenAsked;

    /// <summary>Octets of a resumable stream that are kept.</summary>
    public int Ring { get; init; } = 256 * 1024;

    /// <summary>How long a stream goes on without its client, and how long it is kept after its end.</summary>
    public TimeSpan Retain { get; init; } = TimeSpan.FromSeconds(60);
}

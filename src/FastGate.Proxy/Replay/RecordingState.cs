namespace FastGate.Proxy.Replay;

/// <summary>How far a recording is.</summary>
internal enum RecordingState : byte
{
    /// <summary>More may come.</summary>
    Live,

    /// <summary>The answer is there to its end.</summary>
    Complete,

    /// <summary>The answer broke off; what the client was told about that is the last frame, if it was told anything.</summary>
    Broken,
}

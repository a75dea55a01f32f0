namespace FastGate.Proxy.Replay;

/// <summary>Whether a recording can be read from a given frame onward.</summary>
internal enum AttachResult : byte
{
    /// <summary>It can: the reader is attached.</summary>
    Attached,

    /// <summary>It has ended and has nothing behind that frame.</summary>
    Nothing,

    /// <summary>It has not come so far: that frame cannot have been seen by anybody.</summary>
    Ahead,

    /// <summary>The frame has been dropped, or the whole recording.</summary>
    Dropped,
}

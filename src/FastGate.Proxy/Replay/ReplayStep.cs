namespace FastGate.Proxy.Replay;

/// <summary>What reading a recording gave.</summary>
internal enum ReplayStep : byte
{
    /// <summary>Frames were written; there may be more.</summary>
    Data,

    /// <summary>Nothing now: wait for the reader's wake-up and read again.</summary>
    Wait,

    /// <summary>Everything has been read and the recording is complete.</summary>
    End,

    /// <summary>Everything has been read and the recording broke off there.</summary>
    Broken,

    /// <summary>Frames that were still to be read have been dropped.</summary>
    Lost,
}

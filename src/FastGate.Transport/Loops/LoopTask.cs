namespace FastGate.Transport.Loops;

/// <summary>What can be asked of something that lives on a loop; which of them it understands is its own matter.</summary>
internal enum LoopTask : byte
{
    /// <summary>Watch the descriptor from now on.</summary>
    Register,

    /// <summary>Leave this loop for another one, whose index is the argument.</summary>
    Leave,

    /// <summary>A read waits.</summary>
    Read,

    /// <summary>The read that waits has its turn again.</summary>
    ContinueRead,

    /// <summary>End the read that waits, or else the next one.</summary>
    CancelRead,

    /// <summary>End the read with this version because its token was cancelled.</summary>
    AbandonRead,

    /// <summary>Nothing will be read any more.</summary>
    CompleteRead,

    /// <summary>Send what was handed over.</summary>
    Flush,

    /// <summary>End the flush that waits, or else the next one.</summary>
    CancelFlush,

    /// <summary>End the flush with this version because its token was cancelled.</summary>
    AbandonFlush,

    /// <summary>Nothing will be written any more.</summary>
    CompleteWrite,

    /// <summary>Tell that the peer has ended or the connection is gone.</summary>
    NotifyClosed,

    /// <summary>Close once what was flushed is sent.</summary>
    Close,

    /// <summary>Close at once.</summary>
    Abort,

    /// <summary>An accept waits.</summary>
    Accept,

    /// <summary>The accept that waits has its turn again.</summary>
    ContinueAccept,
}

namespace FastGate.Proxy.Replay;

/// <summary>Keeps a finished recording for those who come later, for a time.</summary>
internal interface IRecordingKeeper
{
    /// <summary>The time is over. Called on the timer wheel's thread, without a lock.</summary>
    void OnExpired();
}

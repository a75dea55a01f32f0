namespace FastGate.Transport.Native;

/// <summary>Numbers of the Linux kernel's interface, the same on x86-64 and ARM64 (asm-generic).</summary>
internal static class Linux
{
    internal const int CloseOnExec = 0x80000;
    internal const int NonBlocking = 0x800;

    internal const int EpollAdd = 1;
    internal const int EpollRemove = 2;

    internal const uint Readable = 0x001;
    internal const uint Writable = 0x004;
    internal const uint Error = 0x008;
    internal const uint HangUp = 0x010;
    internal const uint PeerFinished = 0x2000;
    internal const uint EdgeTriggered = 1u << 31;

    internal const int Stream = 1;
    internal const int FamilyUnix = 1;
    internal const int FamilyIPv4 = 2;
    internal const int FamilyIPv6 = 10;

    internal const int NoSignal = 0x4000;
    internal const int ShutdownWrite = 1;

    internal const int SocketLevel = 1;
    internal const int TcpLevel = 6;
    internal const int OptionError = 4;
    internal const int OptionUrgentInline = 10;
    internal const int OptionLinger = 13;
    internal const int OptionNoDelay = 1;
    internal const int OptionTcpInfo = 11;

    /// <summary>TCP_CLOSE: the first octet of struct tcp_info of a connection that was reset (or closed on both sides).</summary>
    internal const byte TcpStateClosed = 7;
}

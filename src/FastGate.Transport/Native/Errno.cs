using System.Net.Sockets;

namespace FastGate.Transport.Native;

/// <summary>Error numbers of Linux and what they are called elsewhere.</summary>
internal static class Errno
{
    internal const int Interrupted = 4;
    internal const int Again = 11;
    internal const int TooManyFilesInSystem = 23;
    internal const int TooManyFiles = 24;
    internal const int BrokenPipe = 32;
    internal const int NoBuffers = 105;
    internal const int ConnectionReset = 104;
    internal const int InProgress = 115;

    private const int OutOfMemory = 12;
    private const int AccessDenied = 13;
    private const int NotPermitted = 1;
    private const int NoSuchFile = 2;
    private const int AddressInUse = 98;
    private const int AddressNotAvailable = 99;
    private const int NetworkDown = 100;
    private const int NetworkUnreachable = 101;
    private const int ConnectionAborted = 103;
    private const int TimedOut = 110;
    private const int ConnectionRefused = 111;
    private const int HostDown = 112;
    private const int HostUnreachable = 113;

    /// <summary>The same as an exception of the runtime's sockets, so that both transports fail alike.</summary>
    internal static SocketException ToException(int error) => new((int)ToSocketError(error));

    /// <summary>Whether an accept failed for want of something that others may give back.</summary>
    internal static bool IsShortage(int error) => error is TooManyFiles or TooManyFilesInSystem or NoBuffers or OutOfMemory;

    private static SocketError ToSocketError(int error) => error switch
    {
        AccessDenied or NotPermitted => SocketError.AccessDenied,
        AddressInUse => SocketError.AddressAlreadyInUse,
        AddressNotAvailable or NoSuchFile => SocketError.AddressNotAvailable,
        BrokenPipe => SocketError.Shutdown,
        ConnectionAborted => SocketError.ConnectionAborted,
        ConnectionRefused => SocketError.ConnectionRefused,
        ConnectionReset => SocketError.ConnectionReset,
        HostDown => SocketError.HostDown,
        HostUnreachable => SocketError.HostUnreachable,
        NetworkDown => SocketError.NetworkDown,
        NetworkUnreachable => SocketError.NetworkUnreachable,
        NoBuffers or OutOfMemory => SocketError.NoBufferSpaceAvailable,
        TimedOut => SocketError.TimedOut,
        TooManyFiles or TooManyFilesInSystem => SocketError.TooManyOpenSockets,
        _ => SocketError.SocketError,
    };
}

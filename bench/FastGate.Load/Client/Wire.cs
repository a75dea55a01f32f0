using System.Net;
using System.Net.Sockets;

namespace FastGate.Load.Client;

/// <summary>How a connection ended.</summary>
internal enum WireEnd
{
    /// <summary>It could not be opened, or TLS could not be agreed.</summary>
    Connect,

    /// <summary>The peer broke it.</summary>
    Reset,

    /// <summary>The peer closed it in order.</summary>
    Closed,
}

/// <summary>Who a wire reports to. Calls about one wire come one at a time, except that a failed send may be reported while a receive is.</summary>
internal interface IWireOwner
{
    /// <summary>The wire can send now.</summary>
    void Opened(Wire wire);

    /// <summary>Bytes arrived; they are gone when this returns.</summary>
    void Received(Wire wire, ReadOnlySpan<byte> bytes);

    /// <summary>The wire is of no more use.</summary>
    void Ended(Wire wire, WireEnd how);
}

/// <summary>One connection to the target, used once; a new one is made for a reconnect, so nothing late can be taken for news of it.</summary>
internal abstract class Wire(IWireOwner owner)
{
    protected const int ReceiveBytes = 16 * 1024;

    protected IWireOwner Owner { get; } = owner;

    /// <summary>Why the connection could not be opened; null when it could, or nothing is known.</summary>
    public string? OpenFault { get; protected set; }

    /// <summary>A send has not been taken by the kernel completely.</summary>
    public abstract bool IsSending { get; }

    /// <summary>Starts connecting.</summary>
    public abstract void Open(EndPoint target);

    /// <summary>Sends; only one send at a time.</summary>
    public abstract void Send(ReadOnlyMemory<byte> message);

    /// <summary>Closes. Nothing more is reported that the owner must act on.</summary>
    public abstract void Close();

    protected static Socket NewSocket(EndPoint target) => target is UnixDomainSocketEndPoint
        ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        : new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
}

namespace FastGate.Proxy.Transports;

/// <summary>Which sockets carry the data plane's connections.</summary>
public enum TransportKind
{
    /// <summary>Epoll where the system has it, else the runtime's sockets.</summary>
    Auto,

    /// <summary>The event loops of <see cref="FastGate.Transport.EpollTransport"/>; Linux only.</summary>
    Epoll,

    /// <summary>The runtime's sockets.</summary>
    Sockets,
}

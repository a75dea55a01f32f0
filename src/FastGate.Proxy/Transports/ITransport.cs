using System.Net;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Proxy.Transports;

/// <summary>Where the data plane's connections come from, those of clients and those to providers. Continuations run on its threads.</summary>
internal interface ITransport : IAsyncDisposable
{
    /// <summary>Listens.</summary>
    /// <exception cref="AddressInUseException">Somebody listens there.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    ValueTask<IConnectionListener> BindAsync(EndPoint address);

    /// <summary>Connects.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">It failed.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    Task<ConnectionContext> ConnectAsync(EndPoint address, CancellationToken cancellation);
}

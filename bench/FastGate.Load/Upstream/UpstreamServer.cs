using System.Net;
using System.Net.Sockets;

namespace FastGate.Load.Upstream;

/// <summary>
/// A model provider with no thoughts: answers every request with the same chat completion, or the same stream when
/// the body says <c>"stream": true</c>, at a cost small enough not to be what is measured.
/// </summary>
internal sealed class UpstreamServer : IDisposable
{
    private readonly Socket _listener;

    /// <exception cref="LoadException">The address cannot be listened on, or a size is too small.</exception>
    public UpstreamServer(UpstreamOptions options)
    {
        Answers = new CannedAnswers(options);
        Delay = options.Delay.Ticks * 100;
        Events = options.Events;
        EventInterval = options.EventInterval.Ticks * 100;
        _listener = new Socket(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.Bind(options.Listen);
            _listener.Listen(4096);
        }
        catch (SocketException e)
        {
            throw new LoadException($"cannot listen on {options.Listen}: {e.Message}");
        }

        Address = (IPEndPoint)_listener.LocalEndPoint!;
        Delays.Start();
        var accept = new SocketAsyncEventArgs();
        accept.Completed += (_, e) => OnAccepted(e);
        Accept(accept);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; }

    /// <summary>What it says.</summary>
    public CannedAnswers Answers { get; }

    /// <summary>Nanoseconds before an answer.</summary>
    public long Delay { get; }

    /// <summary>Content events of a stream.</summary>
    public int Events { get; }

    /// <summary>Nanoseconds between events.</summary>
    public long EventInterval { get; }

    /// <summary>Who waits.</summary>
    public DelayQueue Delays { get; } = new();

    /// <summary>Stops accepting.</summary>
    public void Dispose() => _listener.Dispose();

    private void OnAccepted(SocketAsyncEventArgs accept)
    {
        if (Take(accept))
        {
            Accept(accept);
        }
    }

    private void Accept(SocketAsyncEventArgs accept)
    {
        try
        {
            do
            {
                accept.AcceptSocket = null;
                if (_listener.AcceptAsync(accept))
                {
                    return;
                }
            }
            while (Take(accept));
        }
        catch (ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private bool Take(SocketAsyncEventArgs accept)
    {
        if (accept.SocketError == SocketError.Success)
        {
            new UpstreamConnection(this, accept.AcceptSocket!).Start();
            return true;
        }

        return accept.SocketError != SocketError.OperationAborted;
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using FastGate.Load.Http;
using FastGate.Load.Upstream;

namespace FastGate.Load.Tests.Client;

/// <summary>A server that does to each request what the test says. The script gets the request's number (from 0) and the socket, and answers whether to go on.</summary>
internal sealed class ScriptedServer : IDisposable
{
    public const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<int, Socket, Task<bool>> _script;
    private readonly Task _accepting;
    private int _requests = -1;

    public ScriptedServer(Func<int, Socket, Task<bool>> script)
    {
        _script = script;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Address = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    public IPEndPoint Address { get; }

    public int Requests => Volatile.Read(ref _requests) + 1;

    /// <summary>A server that sends each request the same bytes.</summary>
    public static ScriptedServer Sending(string response, bool goOn = true) => new(async (_, socket) =>
    {
        await SendAsync(socket, response);
        return goOn;
    });

    public static async Task SendAsync(Socket socket, string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text));

    public void StopListening() => _listener.Dispose();

    public void Dispose()
    {
        _listener.Dispose();
        _accepting.Wait(TimeSpan.FromSeconds(10));
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            var reader = new RequestReader();
            byte[] buffer = new byte[4096];
            try
            {
                while (true)
                {
                    int read = await socket.ReceiveAsync(buffer);
                    if (read == 0)
                    {
                        return;
                    }

                    if (Feed(reader, buffer.AsSpan(0, read)) && !await _script(Interlocked.Increment(ref _requests), socket))
                    {
                        return;
                    }
                }
            }
            catch (SocketException)
            {
                // The client has left.
            }
        }
    }

    private static bool Feed(RequestReader reader, ReadOnlySpan<byte> data) => reader.Feed(ref data) == Progress.Complete;
}

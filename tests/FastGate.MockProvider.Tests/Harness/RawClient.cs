using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastGate.MockProvider.Tests.Harness;

/// <summary>A plain socket: what is sent and received is what the test says, byte for byte.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket;

    private RawClient(Socket socket) => _socket = socket;

    internal static async Task<RawClient> ConnectAsync(IPEndPoint endpoint, int? receiveBuffer = null)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size)
        {
            socket.ReceiveBufferSize = size;
        }

        await socket.ConnectAsync(endpoint);
        return new RawClient(socket);
    }

    internal static string Post(string body, string path = "/v1/chat/completions") =>
        $"POST {path} HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer sk-raw-9876\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    internal Task SendAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text)).WaitAsync(Patience.Limit);

    /// <summary>What the next receive gives; empty at FIN.</summary>
    /// <exception cref="SocketException">RST.</exception>
    internal async Task<string> ReceiveAsync(int most = 65536)
    {
        byte[] buffer = new byte[most];
        int read = await _socket.ReceiveAsync(buffer).WaitAsync(Patience.Limit);
        return Encoding.Latin1.GetString(buffer, 0, read);
    }

    /// <summary>Reads until the received text ends so.</summary>
    internal async Task<string> ReceiveUntilAsync(string end)
    {
        var text = new StringBuilder();
        while (text.Length < end.Length || text.ToString(text.Length - end.Length, end.Length) != end)
        {
            string more = await ReceiveAsync();
            Assert.True(more.Length > 0, $"The connection ended before '{end}'.");
            text.Append(more);
        }

        return text.ToString();
    }

    /// <summary>Reads until FIN.</summary>
    internal async Task<string> ReceiveToEndAsync()
    {
        var text = new StringBuilder();
        while (await ReceiveAsync() is { Length: > 0 } more)
        {
            text.Append(more);
        }

        return text.ToString();
    }

    public void Dispose() => _socket.Dispose();
}

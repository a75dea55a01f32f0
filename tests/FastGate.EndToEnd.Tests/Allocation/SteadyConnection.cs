using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastGate.EndToEnd.Tests.Allocation;

/// <summary>One keep-alive connection that sends the same request again and again and waits for each answer's last octet.</summary>
internal sealed class SteadyConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request;
    private readonly byte[] _buffer = new byte[64 * 1024];

    private SteadyConnection(string body)
    {
        _request = Encoding.UTF8.GetBytes(
            $"POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\ncontent-length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
    }

    public static async Task<SteadyConnection> OpenAsync(IPEndPoint gateway, string body)
    {
        var connection = new SteadyConnection(body);
        await connection._socket.ConnectAsync(gateway);
        return connection;
    }

    /// <summary>Sends requests one after another.</summary>
    /// <returns>The <c>data:</c> lines of all answers.</returns>
    public async Task<long> SendAsync(int requests)
    {
        long events = 0;
        for (int i = 0; i < requests; i++)
        {
            for (int sent = 0; sent < _request.Length;)
            {
                sent += await _socket.SendAsync(_request.AsMemory(sent));
            }

            events += await ReadAnswerAsync();
        }

        return events;
    }

    public void Dispose() => _socket.Dispose();

    private async Task<long> ReadAnswerAsync()
    {
        int filled = 0;
        int headEnd;
        do
        {
            filled += await ReceiveAsync(_buffer.AsMemory(filled));
            headEnd = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
        }
        while (headEnd < 0);

        string head = Encoding.ASCII.GetString(_buffer, 0, headEnd).ToLowerInvariant();
        Assert.StartsWith("http/1.1 200 ", head, StringComparison.Ordinal);
        int bodyStart = headEnd + 4;
        int at = head.IndexOf("content-length: ", StringComparison.Ordinal);
        if (at >= 0)
        {
            int length = int.Parse(head[(at + "content-length: ".Length)..].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture);
            while (filled < bodyStart + length)
            {
                filled += await ReceiveAsync(_buffer.AsMemory(filled));
            }

            Assert.Equal(bodyStart + length, filled);
            return 0;
        }

        // Chunked. What has been counted is dropped, but for the octets that an end or an event's beginning could be split over.
        const int Kept = 8;
        long events = 0;
        _buffer.AsSpan(bodyStart, filled - bodyStart).CopyTo(_buffer);
        filled -= bodyStart;
        int counted = 0;
        while (true)
        {
            events += CountEvents(_buffer.AsSpan(counted, filled - counted));
            if (_buffer.AsSpan(0, filled).EndsWith("\r\n0\r\n\r\n"u8))
            {
                return events;
            }

            // An event begins with "data: {" or "data: [": nothing of what is kept has been counted whole.
            int kept = Math.Min(Kept, filled);
            counted = 0;
            _buffer.AsSpan(filled - kept, kept).CopyTo(_buffer);
            events -= CountEvents(_buffer.AsSpan(0, kept));
            filled = kept + await ReceiveAsync(_buffer.AsMemory(kept));
        }
    }

    private static int CountEvents(ReadOnlySpan<byte> bytes) => bytes.Count("data: "u8);

    private async ValueTask<int> ReceiveAsync(Memory<byte> into)
    {
        int read = await _socket.ReceiveAsync(into);
        return read > 0 ? read : throw new IOException("The gateway closed the connection in the middle of an answer.");
    }
}

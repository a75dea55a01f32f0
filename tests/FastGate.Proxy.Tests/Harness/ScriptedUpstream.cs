using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace FastGate.Proxy.Tests.Harness;

/// <summary>A provider whose every octet the test writes.</summary>
internal sealed class ScriptedUpstream : IDisposable
{
    internal const string Event = "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"},\"finish_reason\":null}]}\n\n";
    internal const string Start = "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n";
    internal const string Finish = "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    internal const string Done = "data: [DONE]\n\n";
    internal const string StreamHead = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    internal const string LastChunk = "0\r\n\r\n";

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Channel<Wire> _accepted = Channel.CreateUnbounded<Wire>();
    private readonly List<Wire> _all = [];
    private readonly int? _receiveBuffer;
    private int _count;

    internal ScriptedUpstream(int? receiveBuffer = null)
    {
        _receiveBuffer = receiveBuffer;
        if (receiveBuffer is { } size)
        {
            _listener.ReceiveBufferSize = size;
        }

        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(128);
        _ = AcceptAllAsync();
    }

    internal IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    internal int Connections => Volatile.Read(ref _count);

    /// <summary>The next connection that the gateway made.</summary>
    internal Task<Wire> AcceptAsync() => _accepted.Reader.ReadAsync().AsTask().Soon();

    /// <summary>The next connection and the request that came on it.</summary>
    internal async Task<(Wire Wire, Message Request)> AcceptRequestAsync()
    {
        Wire wire = await AcceptAsync();
        return (wire, (await Message.ReadRequestAsync(wire))!);
    }

    internal static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";

    internal static string Json(string body, string status = "200 OK", string lines = "") =>
        $"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {body.Length}\r\n{lines}\r\n{body}";

    public void Dispose()
    {
        _listener.Dispose();
        lock (_all)
        {
            _all.ForEach(wire => wire.Dispose());
        }
    }

    private async Task AcceptAllAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            socket.NoDelay = true;
            if (_receiveBuffer is { } size)
            {
                socket.ReceiveBufferSize = size;
            }

            var wire = new Wire(socket);
            lock (_all)
            {
                _all.Add(wire);
            }

            Interlocked.Increment(ref _count);
            await _accepted.Writer.WriteAsync(wire);
        }
    }
}

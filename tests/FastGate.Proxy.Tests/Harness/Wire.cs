using System.Net.Sockets;
using System.Text;

namespace FastGate.Proxy.Tests.Harness;

/// <summary>One end of a connection, byte for byte. Text is Latin-1: one character is one octet.</summary>
internal sealed class Wire(Socket socket, Stream? over = null) : IDisposable
{
    private readonly Stream _stream = over ?? new NetworkStream(socket, ownsSocket: false);
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    internal Socket Socket => socket;

    internal Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    internal Task SendAsync(ReadOnlyMemory<byte> octets) => _stream.WriteAsync(octets).AsTask().Soon();

    /// <summary>Every octet in a send of its own; <c>NoDelay</c> makes most of them a segment of their own.</summary>
    internal async Task SendSlicedAsync(string text, params int[] cuts)
    {
        int from = 0;
        foreach (int cut in cuts.Append(text.Length))
        {
            await SendAsync(text[from..cut]);
            await Task.Yield();
            from = cut;
        }
    }

    /// <summary>FIN.</summary>
    internal void EndSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>RST.</summary>
    internal void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    /// <summary>A line without its CRLF; a CR or LF anywhere else is a fault. Null at the end of the connection before its first octet.</summary>
    internal async Task<string?> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            int octet = await ReadOctetAsync();
            if (octet < 0)
            {
                return line.Length == 0 ? null : throw new EndOfStreamException($"The connection ended within the line '{line}'.");
            }

            if (octet == '\r')
            {
                Assert.Equal('\n', await ReadOctetAsync());
                return line.ToString();
            }

            Assert.NotEqual('\n', octet);
            line.Append((char)octet);
        }
    }

    internal async Task<byte[]> ReadExactlyAsync(int count)
    {
        byte[] octets = new byte[count];
        int done = 0;
        while (done < count)
        {
            if (_start == _end && !await FillAsync())
            {
                throw new EndOfStreamException($"The connection ended after {done} of {count} octets.");
            }

            int take = Math.Min(count - done, _end - _start);
            _buffer.AsSpan(_start, take).CopyTo(octets.AsSpan(done));
            _start += take;
            done += take;
        }

        return octets;
    }

    /// <summary>Everything up to FIN.</summary>
    internal async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        do
        {
            text.Append(Encoding.Latin1.GetString(_buffer, _start, _end - _start));
            _start = _end = 0;
        }
        while (await FillAsync());
        return text.ToString();
    }

    /// <summary>Waits for the peer's FIN or RST; anything else it sends is a fault.</summary>
    internal async Task ExpectEndAsync()
    {
        try
        {
            Assert.Equal("", await ReadToEndAsync());
        }
        catch (IOException)
        {
            // RST.
        }
    }

    /// <summary>As many octets as one receive gives, at least one unless the connection ended.</summary>
    internal async Task<int> DiscardAsync()
    {
        if (_start == _end && !await FillAsync())
        {
            return 0;
        }

        int count = _end - _start;
        _start = _end = 0;
        return count;
    }

    public void Dispose()
    {
        _stream.Dispose();
        socket.Dispose();
    }

    private async Task<int> ReadOctetAsync() => _start < _end || await FillAsync() ? _buffer[_start++] : -1;

    private async Task<bool> FillAsync()
    {
        if (_start > 0 && _start == _end)
        {
            _start = _end = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read = await _stream.ReadAsync(_buffer.AsMemory(_end)).AsTask().Soon();
        _end += read;
        return read > 0;
    }
}

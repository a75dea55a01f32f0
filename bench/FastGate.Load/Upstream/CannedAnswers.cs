using System.Text;

namespace FastGate.Load.Upstream;

/// <summary>The bytes of every answer, made once: HTTP framing included, ready to be sent.</summary>
internal sealed class CannedAnswers
{
    private const string Identity = "{\"id\":\"chatcmpl-00000000000000000000\",\"object\":\"";
    private const string Filler = "All work and no play makes a token stream rather long to read. ";

    /// <exception cref="LoadException">A size is too small for the JSON it must hold.</exception>
    public CannedAnswers(UpstreamOptions options)
    {
        byte[] body = Fill(
            options.BodyBytes,
            Identity + "chat.completion\",\"created\":1700000000,\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"",
            "\"},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":24,\"completion_tokens\":16,\"total_tokens\":40}}",
            "--body-bytes");
        Unary = Pin([.. Head("application/json", $"content-length: {body.Length}"), .. body]);

        StreamStart = Pin([
            .. Head("text/event-stream", "cache-control: no-cache\r\ntransfer-encoding: chunked"),
            .. Chunk(Event("{\"role\":\"assistant\",\"content\":\"\"}", "null")),
        ]);
        string open = Event("{\"content\":\"", null);
        StreamEvent = Pin(Chunk(Encoding.UTF8.GetString(Fill(options.EventBytes, open, "\"},\"finish_reason\":null}]}\n\n", "--event-bytes"))));
        StreamEnd = Pin([.. Chunk(Event("{}", "\"stop\"")), .. Chunk("data: [DONE]\n\n"), .. "0\r\n\r\n"u8]);
    }

    /// <summary>A whole unary response.</summary>
    public ReadOnlyMemory<byte> Unary { get; }

    /// <summary>The head of a stream and its role event.</summary>
    public ReadOnlyMemory<byte> StreamStart { get; }

    /// <summary>One content event.</summary>
    public ReadOnlyMemory<byte> StreamEvent { get; }

    /// <summary>The finish reason, [DONE], and the end of the body.</summary>
    public ReadOnlyMemory<byte> StreamEnd { get; }

    private static string Event(string delta, string? finishReason)
    {
        string front = "data: " + Identity + "chat.completion.chunk\",\"created\":1700000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":" + delta;
        return finishReason is null ? front : front + ",\"finish_reason\":" + finishReason + "}]}\n\n";
    }

    private static byte[] Head(string contentType, string fields) =>
        Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\ncontent-type: {contentType}\r\n{fields}\r\n\r\n");

    private static byte[] Chunk(string data) => Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetByteCount(data):x}\r\n{data}\r\n");

    private static byte[] Fill(int bytes, string front, string back, string option)
    {
        int left = bytes - front.Length - back.Length;
        if (left < 1)
        {
            throw LoadException.Usage($"{option}: at least {front.Length + back.Length + 1} are needed for the JSON around the text");
        }

        var text = new StringBuilder(bytes).Append(front);
        for (; left > 0; left -= Filler.Length)
        {
            text.Append(Filler.AsSpan(0, Math.Min(left, Filler.Length)));
        }

        return Encoding.UTF8.GetBytes(text.Append(back).ToString());
    }

    private static byte[] Pin(byte[] bytes)
    {
        byte[] pinned = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(pinned, 0);
        return pinned;
    }
}

using System.Text;

namespace FastGate.Load.Http;

/// <summary>Builds the bytes of the one request a run sends again and again.</summary>
internal static class ChatRequest
{
    private const string Filler = "The quick brown fox reads a long prompt and answers in a few words. ";

    /// <summary>A chat completion request body of exactly <paramref name="bytes"/> bytes, or the shortest possible one if that is longer.</summary>
    public static byte[] Body(string model, int bytes, bool stream)
    {
        string front = "{\"model\":\"" + model + "\","
            + (stream ? "\"stream\":true," : string.Empty)
            + "\"temperature\":0.7,\"max_tokens\":64,\"messages\":[{\"role\":\"system\",\"content\":\"You are a helpful assistant.\"},"
            + "{\"role\":\"user\",\"content\":\"";
        const string Back = "\"}]}";
        var text = new StringBuilder(front);
        int left = bytes - Encoding.UTF8.GetByteCount(front) - Back.Length;
        for (; left > 0; left -= Filler.Length)
        {
            text.Append(Filler.AsSpan(0, Math.Min(left, Filler.Length)));
        }

        return Encoding.UTF8.GetBytes(text.Append(Back).ToString());
    }

    /// <summary>Head and body, ready to be sent as they are.</summary>
    public static byte[] Message(string host, string path, IEnumerable<string> headers, ReadOnlySpan<byte> body)
    {
        var head = new StringBuilder();
        head.Append(body.IsEmpty ? "GET " : "POST ").Append(path).Append(" HTTP/1.1\r\nhost: ").Append(host).Append("\r\n");
        if (!body.IsEmpty)
        {
            head.Append("content-type: application/json\r\ncontent-length: ").Append(body.Length).Append("\r\n");
        }

        foreach (string header in headers)
        {
            head.Append(header).Append("\r\n");
        }

        return [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body];
    }
}

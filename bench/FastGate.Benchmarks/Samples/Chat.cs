using System.Globalization;
using System.Text;

namespace FastGate.Benchmarks.Samples;

/// <summary>Bodies of the OpenAI chat API, made to an exact size.</summary>
internal static class Chat
{
    private const string Prose = "The quick brown fox said \\\"no\\\" to the lazy dog, and the dog, being lazy, said nothing at all.\\n";

    /// <summary>A chat request of exactly <paramref name="size"/> octets: a system message, then turns of about 2 KiB.</summary>
    /// <param name="model">What it names as the model.</param>
    /// <param name="size">Octets, 256 or more.</param>
    /// <param name="stream">Whether it asks for a stream.</param>
    public static byte[] Request(string model, int size, bool stream)
    {
        var text = new StringBuilder($"{{\"model\":\"{model}\",\"temperature\":0.7,\"max_tokens\":256,\"stream\":{(stream ? "true" : "false")},\"messages\":[")
            .Append("{\"role\":\"system\",\"content\":\"You are a helpful assistant.\"}");
        const string End = "\"}]}";
        string begin = Turn(0);
        for (int turn = 1; text.Length + begin.Length + End.Length + 4096 < size; turn++)
        {
            text.Append(begin);
            Pad(text, text.Length + 2048);
            text.Append("\"}");
            begin = Turn(turn);
        }

        text.Append(begin);
        Pad(text, size - End.Length);
        return Exactly(text.Append(End), size);
    }

    /// <summary>A completion of exactly <paramref name="size"/> octets.</summary>
    public static byte[] Completion(int size)
    {
        var text = new StringBuilder(
            "{\"id\":\"chatcmpl-0123456789\",\"object\":\"chat.completion\",\"created\":1795248000,\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0," +
            "\"message\":{\"role\":\"assistant\",\"content\":\"");
        const string End = "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":90,\"completion_tokens\":30,\"total_tokens\":120}}";
        Pad(text, size - End.Length);
        return Exactly(text.Append(End), size);
    }

    /// <summary>A stream's event of exactly <paramref name="size"/> octets with its blank line, carrying text.</summary>
    public static byte[] Event(int size, int number)
    {
        var text = new StringBuilder(
            "data: {\"id\":\"chatcmpl-0123456789\",\"object\":\"chat.completion.chunk\",\"created\":1795248000,\"model\":\"gpt-4o-mini\"," +
            "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"").Append(CultureInfo.InvariantCulture, $"{number:d3} ");
        const string End = "\"},\"finish_reason\":null}]}\n\n";
        Pad(text, size - End.Length);
        return Exactly(text.Append(End), size);
    }

    /// <summary>The event that ends the answer, and the one that ends the stream.</summary>
    public static byte[] LastEvents() => Encoding.UTF8.GetBytes(
        "data: {\"id\":\"chatcmpl-0123456789\",\"object\":\"chat.completion.chunk\",\"created\":1795248000,\"model\":\"gpt-4o-mini\"," +
        "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");

    /// <summary>The data of an event: what stands behind <c>data: </c>.</summary>
    public static byte[] DataOf(byte[] octets) => octets[6..^2];

    private static string Turn(int turn) => $",{{\"role\":\"{(turn % 2 == 0 ? "user" : "assistant")}\",\"content\":\"";

    // Up to a length, never ending inside an escape: the rest is plain.
    private static void Pad(StringBuilder text, int length)
    {
        while (text.Length + Prose.Length <= length)
        {
            text.Append(Prose);
        }

        text.Append('x', length - text.Length);
    }

    private static byte[] Exactly(StringBuilder text, int size)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text.ToString());
        return octets.Length == size ? octets : throw new InvalidOperationException($"{octets.Length} octets in place of {size}");
    }
}

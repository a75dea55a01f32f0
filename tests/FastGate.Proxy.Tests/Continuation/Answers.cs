using System.Globalization;
using System.Text;
using System.Text.Json;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;
using FastGate.Routing.Health;

namespace FastGate.Proxy.Tests.Continuation;

/// <summary>What a client has read of a stream.</summary>
internal sealed record ReadStream(Message Head, IReadOnlyList<JsonElement> Chunks, bool Done, bool Whole, string Octets)
{
    /// <summary>The text of the first choice.</summary>
    internal string Text => TextOf(0);

    internal string? Finish => Chunks.SelectMany(Choices).Select(choice => choice.TryGetProperty("finish_reason", out JsonElement reason) ? reason.GetString() : null).LastOrDefault(reason => reason is not null);

    internal int Finishes => Chunks.SelectMany(Choices).Count(choice => choice.TryGetProperty("finish_reason", out JsonElement reason) && reason.ValueKind == JsonValueKind.String);

    /// <summary>The code of the error that ended it; null for none.</summary>
    internal string? Error => Chunks.Select(chunk => chunk.TryGetProperty("error", out JsonElement error) ? error.GetProperty("code").GetString() : null).LastOrDefault(code => code is not null);

    internal string TextOf(int choice) => Joined(Chunks.SelectMany(Choices).Where(one => IndexOf(one) == choice).Select(one =>
        one.TryGetProperty("text", out JsonElement text) ? text
        : one.GetProperty("delta").TryGetProperty("content", out JsonElement content) ? content : default));

    internal string Arguments => Joined(Chunks.SelectMany(Choices).Select(one => one.GetProperty("delta")).Where(delta => delta.TryGetProperty("tool_calls", out _))
        .SelectMany(delta => delta.GetProperty("tool_calls").EnumerateArray())
        .Select(call => call.TryGetProperty("function", out JsonElement function) && function.TryGetProperty("arguments", out JsonElement arguments) ? arguments : default));

    internal int Roles => Chunks.SelectMany(Choices).Count(one => one.TryGetProperty("delta", out JsonElement delta) && delta.TryGetProperty("role", out _));

    internal void IsComplete(string text)
    {
        Assert.True(Done && Whole && Error is null, $"It did not end well: {Octets}");
        Assert.Equal(text, Text);
        Assert.Equal("stop", Finish);
        Assert.Equal(1, Finishes);
    }

    internal void IsInterrupted(string beginning)
    {
        Assert.Equal(beginning, Text);
        Assert.Equal("stream_interrupted", Error);
        Assert.False(Done || Whole || Finish is not null, $"It looks complete: {Octets}");
        Assert.True(Chunks[^1].TryGetProperty("error", out _), "Something came behind the error.");
    }

    // Pieces may hold half a character, so they are joined before they are read: octets (a character of Latin-1 each) and escapes.
    private static string Joined(IEnumerable<JsonElement> pieces)
    {
        string raw = string.Concat(pieces.Where(piece => piece.ValueKind == JsonValueKind.String).Select(piece => piece.GetRawText()[1..^1]));
        var octets = new MemoryStream();
        for (int i = 0; i < raw.Length;)
        {
            if (raw[i] != '\\')
            {
                octets.WriteByte((byte)raw[i++]);
                continue;
            }

            int length = raw[i + 1] == 'u' ? 6 : 2;
            if (length == 6 && char.IsHighSurrogate((char)Convert.ToInt32(raw.Substring(i + 2, 4), 16)) && raw.AsSpan(i + 6).StartsWith("\\u"))
            {
                length = 12;
            }

            octets.Write(Encoding.UTF8.GetBytes(JsonSerializer.Deserialize<string>($"\"{raw.Substring(i, length)}\"")!));
            i += length;
        }

        return Encoding.UTF8.GetString(octets.ToArray());
    }

    private static IEnumerable<JsonElement> Choices(JsonElement chunk) => chunk.TryGetProperty("choices", out JsonElement choices) ? choices.EnumerateArray() : [];

    private static int IndexOf(JsonElement choice) => choice.TryGetProperty("index", out JsonElement index) ? index.GetInt32() : 0;
}

/// <summary>Answers as providers stream them, and what becomes of them on the way to a client.</summary>
internal static class Answers
{
    internal const string Ask = "{\"model\":\"chat\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Go.\"}]}";

    /// <summary>A text as the harness sends it: a character for an octet of its UTF-8.</summary>
    internal static string Octets(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    internal static string Role(string provider = "one") =>
        $"data: {{\"id\":\"chatcmpl-{provider}\",\"object\":\"chat.completion.chunk\",\"created\":{Created(provider)},\"model\":\"m-{provider}\",\"choices\":[{{\"index\":0,\"delta\":{{\"role\":\"assistant\",\"content\":\"\"}},\"finish_reason\":null}}]}}\n\n";

    /// <summary>An event with a piece of text; <paramref name="raw"/> is the inside of its JSON string.</summary>
    internal static string Piece(string raw, string provider = "one") => Delta($"\"content\":\"{raw}\"", provider);

    internal static string Delta(string members, string provider = "one", int index = 0) =>
        $"data: {{\"id\":\"chatcmpl-{provider}\",\"object\":\"chat.completion.chunk\",\"created\":{Created(provider)},\"model\":\"m-{provider}\",\"choices\":[{{\"index\":{index},\"delta\":{{{members}}},\"finish_reason\":null}}]}}\n\n";

    internal static string Stop(string provider = "one", int index = 0) =>
        $"data: {{\"id\":\"chatcmpl-{provider}\",\"object\":\"chat.completion.chunk\",\"created\":{Created(provider)},\"model\":\"m-{provider}\",\"choices\":[{{\"index\":{index},\"delta\":{{}},\"finish_reason\":\"stop\"}}]}}\n\n";

    internal static string Usage(int prompt, int completion, string provider = "one") => string.Create(CultureInfo.InvariantCulture,
        $"data: {{\"id\":\"chatcmpl-{provider}\",\"object\":\"chat.completion.chunk\",\"created\":{Created(provider)},\"model\":\"m-{provider}\",\"choices\":[],\"usage\":{{\"prompt_tokens\":{prompt},\"completion_tokens\":{completion},\"total_tokens\":{prompt + completion}}}}}\n\n");

    internal const string Done = ScriptedUpstream.Done;

    /// <summary>The inside of a JSON string, ASCII as it is.</summary>
    internal static string Raw(string text) => Octets(JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString());

    /// <summary>The events of a text, one for each word.</summary>
    internal static string Words(string text, string provider) => string.Concat(Split(text).Select(word => Piece(Raw(word), provider)));

    /// <summary>A whole answer.</summary>
    internal static Reply Whole(string text, string provider) => Reply.Streamed(Role(provider) + Words(text, provider) + Stop(provider) + Done);

    /// <summary>An answer that is cut behind a text, in one event or in several.</summary>
    internal static Reply CutAfter(string text, string provider = "one") => Reply.Cut(Role(provider) + Words(text, provider));

    internal static IEnumerable<string> Split(string text)
    {
        int start = 0;
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == ' ')
            {
                yield return text[start..i];
                start = i;
            }
        }

        if (start < text.Length)
        {
            yield return text[start..];
        }
    }

    /// <summary>A route over the upstreams whose models take a prefix of an answer, or are not known to.</summary>
    internal static GatewaySettings Over(bool prefill, params RepliedUpstream[] upstreams) =>
        Chains.Over(upstreams) with { Models = upstreams.Select((_, i) => i).ToDictionary(i => $"{Names[i]}/m", _ => TargetFacts.Unknown with { Prefill = prefill }).ToImmutable() };

    /// <summary>However often a target fails, it stays in rotation.</summary>
    internal static GatewaySettings NeverOut(this GatewaySettings settings) => settings with
    {
        Health = HealthSettings.Default with { ConsecutiveFailures = int.MaxValue, MinimumSamples = int.MaxValue, MinimumFailures = int.MaxValue },
    };

    internal static GatewaySettings With(this GatewaySettings settings, StreamContinuation setting) =>
        settings with { Streams = settings.Streams.Add("chat", new StreamSettings { Continue = setting }) };

    /// <summary>Asks on a connection of its own and reads the stream to its end, however that is.</summary>
    internal static async Task<ReadStream> StreamAsync(this Gateway gateway, string body = Ask, string path = "/v1/chat/completions")
    {
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Post(body, path));
        return await ReadAsync(client);
    }

    /// <summary>Asks, and lets the clock stand until the answer has begun.</summary>
    internal static async Task<ReadStream> StreamWhileAsync(this Gateway gateway, TimeSpan step)
    {
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Post(Ask));
        Message head = await Message.ReadHeadAsync(client);
        return await gateway.Time.AdvanceUntilAsync(ReadAsync(client, head), step);
    }

    internal static async Task<ReadStream> ReadAsync(Wire client) => await ReadAsync(client, await Message.ReadHeadAsync(client));

    private static async Task<ReadStream> ReadAsync(Wire client, Message head)
    {
        Assert.Equal(200, head.Status);
        var octets = new MemoryStream();
        bool whole = false;
        try
        {
            while (!whole)
            {
                byte[] chunk = await Message.ReadChunkAsync(client);
                octets.Write(chunk);
                whole = chunk.Length == 0;
            }
        }
        catch (EndOfStreamException)
        {
            // Cut.
        }

        string text = Encoding.Latin1.GetString(octets.ToArray());
        string[] blocks = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.All(blocks, block => Assert.StartsWith("data: ", block, StringComparison.Ordinal));
        string[] data = [.. blocks.Select(block => block[6..])];
        bool done = data is [.., "[DONE]"];
        return new ReadStream(head, [.. data.Where(one => one != "[DONE]").Select(one => JsonDocument.Parse(one).RootElement)], done, whole, text);
    }

    private static readonly string[] Names = ["one", "two", "three"];

    private static int Created(string provider) => provider == "one" ? 1111 : 2222;

    private static System.Collections.Immutable.ImmutableDictionary<string, TargetFacts> ToImmutable(this Dictionary<string, TargetFacts> facts) =>
        System.Collections.Immutable.ImmutableDictionary.CreateRange(facts);
}

using System.Globalization;

namespace FastGate.MockProvider.Behaviours;

/// <summary>
/// What a test fixes exactly, from the request's <c>metadata</c>: keys that begin with <c>mock_</c>, all values strings as the API demands.
/// Unknown keys of that prefix and values that do not parse are refused, so that a misspelt script cannot pass for a tested one.
/// </summary>
internal sealed record MockParameters
{
    internal static readonly MockParameters None = new();

    /// <summary><c>mock_delay_ms</c>: wait before the response head, or before the fault.</summary>
    internal TimeSpan? Delay { get; private init; }

    /// <summary><c>mock_token_interval_ms</c>: wait between content events.</summary>
    internal TimeSpan? TokenInterval { get; private init; }

    /// <summary><c>mock_first_token_ms</c>: wait after the head (<c>slow-first-token</c>; 10 s by default).</summary>
    internal TimeSpan? FirstToken { get; private init; }

    /// <summary><c>mock_head_interval_ms</c>: wait between the head's bytes (<c>slow-head</c>; 100 ms by default).</summary>
    internal TimeSpan? HeadInterval { get; private init; }

    /// <summary><c>mock_ping_ms</c>: wait between the comments of a stalled stream; 1 s by default, 0 for none at all.</summary>
    internal TimeSpan? Ping { get; private init; }

    /// <summary><c>mock_cut_after</c>: events (any kind) before <c>cut-stream</c> cuts; the middle of the content by default.</summary>
    internal int? CutAfter { get; private init; }

    /// <summary><c>mock_stall_after</c>: events before <c>stall-stream</c> goes silent; the middle of the content by default.</summary>
    internal int? StallAfter { get; private init; }

    /// <summary><c>mock_malformed_at</c>: events before the broken one of <c>malformed-event</c>; the middle of the content by default.</summary>
    internal int? MalformedAt { get; private init; }

    /// <summary><c>mock_cut_bytes</c>: bytes of the body before <c>cut-stream</c> cuts, also inside an event; goes before <c>mock_cut_after</c>.</summary>
    internal int? CutBytes { get; private init; }

    /// <summary><c>mock_stall_bytes</c>: bytes of the body before <c>stall-stream</c> goes silent, without a comment from there; goes before <c>mock_stall_after</c>.</summary>
    internal int? StallBytes { get; private init; }

    /// <summary><c>mock_slice</c>: the most bytes of one write; 1 to 65,536.</summary>
    internal int? Slice { get; private init; }

    /// <summary><c>mock_continue</c>: what becomes of an answer already begun, see <see cref="Continuation"/>.</summary>
    internal Continuation? Continue { get; private init; }

    /// <summary><c>mock_refusal</c>: whose words refuse an answer already begun: <c>openai</c> (default), <c>anthropic</c>, <c>mistral</c>, <c>perplexity</c>.</summary>
    internal PrefillRefusal Refusal { get; private init; }

    /// <summary><c>mock_tag</c>: shown in the log, to tell whose call it was.</summary>
    internal string? Tag { get; private init; }

    /// <summary><c>mock_end</c>: how <c>cut-stream</c> and <c>no-done</c> end, see <see cref="StreamEnd"/>.</summary>
    internal StreamEnd? End { get; private init; }

    /// <summary><c>mock_down</c>: what <c>flap</c> does while down: <c>error-503</c> (default), <c>reset</c>, <c>silent</c>.</summary>
    internal Behaviour? Down { get; private init; }

    /// <summary><c>mock_tokens</c>: length of the answer, 1 to 1,000,000.</summary>
    internal int? Tokens { get; private init; }

    /// <summary><c>mock_tool_calls</c>: how many tool calls the answer makes where it makes one.</summary>
    internal int? ToolCalls { get; private init; }

    /// <summary><c>mock_overlap</c>: characters of a given prefix that are repeated when an answer is continued.</summary>
    internal int? Overlap { get; private init; }

    /// <summary><c>mock_retry_after</c>: the header's value, verbatim; <c>none</c> leaves it out.</summary>
    internal string? RetryAfter { get; private init; }

    /// <summary><c>mock_code</c>: another code for the refusal, for example <c>content_filter</c> for Azure's form of <c>content-policy</c>.</summary>
    internal string? Code { get; private init; }

    /// <exception cref="FormatException">A <c>mock_</c> key that does not exist, or a value that is none for it.</exception>
    internal MockParameters With(string key, string value) => key switch
    {
        "mock_delay_ms" => this with { Delay = Milliseconds(key, value) },
        "mock_token_interval_ms" => this with { TokenInterval = Milliseconds(key, value) },
        "mock_first_token_ms" => this with { FirstToken = Milliseconds(key, value) },
        "mock_head_interval_ms" => this with { HeadInterval = Milliseconds(key, value) },
        "mock_ping_ms" => this with { Ping = Milliseconds(key, value) },
        "mock_cut_after" => this with { CutAfter = Whole(key, value) },
        "mock_stall_after" => this with { StallAfter = Whole(key, value) },
        "mock_malformed_at" => this with { MalformedAt = Whole(key, value) },
        "mock_cut_bytes" => this with { CutBytes = Whole(key, value) },
        "mock_stall_bytes" => this with { StallBytes = Whole(key, value) },
        "mock_slice" => this with { Slice = Whole(key, value) is >= 1 and <= 65_536 and int slice ? slice : throw new FormatException($"{key}: 1 to 65536") },
        "mock_continue" => this with { Continue = ContinueNamed(key, value) },
        "mock_refusal" => this with { Refusal = RefusalNamed(key, value) },
        "mock_tag" => this with { Tag = value },
        "mock_end" => this with { End = EndNamed(key, value) },
        "mock_down" => this with { Down = DownNamed(key, value) },
        "mock_tokens" => this with { Tokens = Whole(key, value) is >= 1 and <= 1_000_000 and int tokens ? tokens : throw new FormatException($"{key}: 1 to 1000000") },
        "mock_tool_calls" => this with { ToolCalls = Math.Clamp(Whole(key, value), 1, 16) },
        "mock_overlap" => this with { Overlap = Whole(key, value) },
        "mock_retry_after" => this with { RetryAfter = value },
        "mock_code" => this with { Code = value },
        _ => throw new FormatException($"no such parameter: {key}"),
    };

    private static int Whole(string key, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw new FormatException($"{key}: not a whole number");

    private static TimeSpan Milliseconds(string key, string value) => TimeSpan.FromMilliseconds(Whole(key, value));

    private static StreamEnd EndNamed(string key, string value) => value switch
    {
        "end" => StreamEnd.Clean,
        "fin" => StreamEnd.Close,
        "rst" => StreamEnd.Reset,
        "hang" => StreamEnd.Hang,
        _ => throw new FormatException($"{key}: end, fin, rst or hang"),
    };

    private static Continuation ContinueNamed(string key, string value) => value switch
    {
        "rest" => Continuation.Rest,
        "word" => Continuation.Word,
        "all" => Continuation.All,
        "other" => Continuation.Other,
        "refuse" => Continuation.Refuse,
        _ => throw new FormatException($"{key}: rest, word, all, other or refuse"),
    };

    private static PrefillRefusal RefusalNamed(string key, string value) => value switch
    {
        "openai" => PrefillRefusal.OpenAI,
        "anthropic" => PrefillRefusal.Anthropic,
        "mistral" => PrefillRefusal.Mistral,
        "perplexity" => PrefillRefusal.Perplexity,
        _ => throw new FormatException($"{key}: openai, anthropic, mistral or perplexity"),
    };

    private static Behaviour DownNamed(string key, string value) => value switch
    {
        "error-503" => Behaviour.Error503,
        "reset" => Behaviour.Reset,
        "silent" => Behaviour.Silent,
        _ => throw new FormatException($"{key}: error-503, reset or silent"),
    };
}

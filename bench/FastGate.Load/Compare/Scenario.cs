using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastGate.Load.Compare;

/// <summary>How a scenario is measured.</summary>
internal enum ScenarioKind
{
    /// <summary>wrk, every connection always busy: CPU per request and throughput.</summary>
    Closed,

    /// <summary>The project's own generator at a fixed rate: latency through the proxy against direct.</summary>
    Open,

    /// <summary>Event streams, as many at once or, with a rate, begun at it: CPU per relayed event, first token, gaps.</summary>
    Stream,

    /// <summary>A fresh process: time to its first answer, memory, size.</summary>
    Start,
}

/// <summary>Which sides of a proxy are encrypted.</summary>
internal enum TlsSides
{
    /// <summary>Neither.</summary>
    None,

    /// <summary>Between client and proxy.</summary>
    In,

    /// <summary>Between proxy and upstream.</summary>
    Out,

    /// <summary>Both.</summary>
    Both,
}

/// <summary>One row of the list of what is compared. Read from JSON; a scenario is data, not code. Optional
/// members are settable, not init-only: the generated reader would overwrite the defaults of init-only ones.</summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    public required string Title { get; init; }

    public required ScenarioKind Kind { get; init; }

    /// <summary><c>nginx</c> for a fixed small completion, <c>load</c> for streams and large answers.</summary>
    public required string Upstream { get; init; }

    /// <summary>Who takes part: proxies and variants by name; empty for the upstream alone and every plain proxy.</summary>
    public IReadOnlyList<string> Proxies { get; set; } = [];

    /// <summary>Connections, or streams at once.</summary>
    public int Connections { get; set; } = 1;

    public double Rate { get; set; }

    public int RequestBytes { get; set; } = 430;

    public int AnswerBytes { get; set; } = 420;

    public int Events { get; set; } = 100;

    public int EventBytes { get; set; } = 200;

    public double EventIntervalMs { get; set; }

    public TlsSides Tls { get; set; }

    /// <summary>Length of a round.</summary>
    public int Seconds { get; set; } = 5;

    /// <summary>Load before the measured part of a round, where the project's own generator makes it.</summary>
    public int WarmupSeconds { get; set; } = 1;

    /// <summary>Most rounds; 0 for as many as everything else.</summary>
    public int MaxRounds { get; set; }

    /// <summary>Measured only with <c>--full</c>, or when named.</summary>
    public bool Extended { get; set; }

    /// <summary>The client's side is encrypted.</summary>
    [JsonIgnore]
    public bool TlsIn => Tls is TlsSides.In or TlsSides.Both;

    /// <summary>The upstream's side is encrypted.</summary>
    [JsonIgnore]
    public bool TlsOut => Tls is TlsSides.Out or TlsSides.Both;

    /// <summary>This is what <paramref name="name"/> asks for: the scenario of that very name, or when there is none, every one whose name has it as a part.</summary>
    public bool IsMeantBy(string name, IReadOnlyList<Scenario> all) =>
        all.Any(scenario => scenario.Name == name) ? Name == name : Name.Contains(name, StringComparison.Ordinal);

    /// <summary>What does not go together in this scenario; null when all does.</summary>
    public string? Problem(IReadOnlyCollection<string> participants) => this switch
    {
        { Upstream: not ("nginx" or "load") } => "upstream is nginx or load",
        { Kind: ScenarioKind.Open, Rate: <= 0 } => "an open loop needs a rate",
        { Kind: ScenarioKind.Stream, Upstream: not "load" } => "streams come from the load upstream",
        { Upstream: "nginx", AnswerBytes: > 2048 } => "nginx answers from its configuration, 2048 bytes at most",
        { Upstream: "load", TlsOut: true } => "the load upstream speaks no TLS",
        { Connections: < 1 } or { Seconds: < 1 } or { RequestBytes: < 1 } or { WarmupSeconds: < 0 } => "counts start at 1",
        _ => Proxies.FirstOrDefault(name => !participants.Contains(name)) is { } unknown
            ? $"'{unknown}' is none of {string.Join(", ", participants)}"
            : null,
    };
}

/// <summary>A proxy in another configuration than its plain one.</summary>
internal sealed record Variant
{
    public required string Name { get; init; }

    /// <summary>What is different, for the page.</summary>
    public required string Title { get; init; }

    /// <summary>The proxy it is a variant of.</summary>
    public string Proxy { get; set; } = "gateway";

    /// <summary>Text for the marks of the configuration template, by mark: <c>server</c> for <c>@SERVER@</c>.</summary>
    public Dictionary<string, string> Set { get; set; } = [];

    /// <summary>Request headers on top of everybody's.</summary>
    public Dictionary<string, string> Headers { get; set; } = [];

    /// <summary>A header that has another value in every request; closed loops only.</summary>
    public string UniqueHeader { get; set; } = string.Empty;
}

/// <summary>The file: what is measured, and in which variants.</summary>
internal sealed record ScenarioFile(IReadOnlyList<Scenario> Scenarios)
{
    public IReadOnlyList<Variant> Variants { get; set; } = [];

    /// <summary>Reads and checks the list.</summary>
    /// <exception cref="LoadException">The file cannot be read, is no such list, or asks for what does not go together.</exception>
    public static ScenarioFile Read(string file)
    {
        ScenarioFile list;
        try
        {
            list = JsonSerializer.Deserialize(File.ReadAllBytes(file), ScenarioJson.Default.ScenarioFile) ?? new ScenarioFile([]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new LoadException($"{file}: {e.Message}", 2);
        }

        string[] participants = [Participant.Direct, .. ProxyUnderTest.Names, .. list.Variants.Select(variant => variant.Name)];
        foreach (Variant variant in list.Variants)
        {
            if (!ProxyUnderTest.Names.Contains(variant.Proxy))
            {
                throw new LoadException($"{file}: variant {variant.Name}: '{variant.Proxy}' is none of {string.Join(", ", ProxyUnderTest.Names)}", 2);
            }
        }

        foreach (Scenario scenario in list.Scenarios)
        {
            if (scenario.Problem(participants) is { } problem)
            {
                throw new LoadException($"{file}: scenario {scenario.Name}: {problem}", 2);
            }
        }

        return list;
    }
}

/// <summary>Reading without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    UseStringEnumConverter = true,
    PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(ScenarioFile))]
internal sealed partial class ScenarioJson : JsonSerializerContext;

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

    /// <summary>Event streams: CPU per relayed event, first token.</summary>
    Stream,

    /// <summary>A fresh process: time to its first answer, memory, size.</summary>
    Start,
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

    public int Connections { get; set; } = 1;

    public double Rate { get; set; }

    public int RequestBytes { get; set; } = 430;

    public int AnswerBytes { get; set; } = 420;

    public int Events { get; set; } = 100;

    public int EventBytes { get; set; } = 200;

    public double EventIntervalMs { get; set; }

    public int Seconds { get; set; } = 5;

    /// <summary>Measured only when named.</summary>
    public bool Extended { get; set; }

    /// <summary>Reads and checks the list.</summary>
    /// <exception cref="LoadException">The file cannot be read, is no such list, or asks for what does not go together.</exception>
    public static IReadOnlyList<Scenario> ReadAll(string file)
    {
        ScenarioFile? list;
        try
        {
            list = JsonSerializer.Deserialize(File.ReadAllBytes(file), ScenarioJson.Default.ScenarioFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new LoadException($"{file}: {e.Message}", 2);
        }

        foreach (Scenario scenario in list?.Scenarios ?? [])
        {
            scenario.Check(file);
        }

        return list?.Scenarios ?? [];
    }

    /// <summary>This is what <paramref name="name"/> asks for: the scenario of that very name, or when there is none, every one whose name has it as a part.</summary>
    public bool IsMeantBy(string name, IReadOnlyList<Scenario> all) =>
        all.Any(scenario => scenario.Name == name) ? Name == name : Name.Contains(name, StringComparison.Ordinal);

    private void Check(string file)
    {
        string? problem = this switch
        {
            { Upstream: not ("nginx" or "load") } => "upstream is nginx or load",
            { Kind: ScenarioKind.Open, Rate: <= 0 } => "an open loop needs a rate",
            { Kind: ScenarioKind.Stream, Upstream: not "load" } => "streams come from the load upstream",
            { Upstream: "nginx", AnswerBytes: > 2048 } => "nginx answers from its configuration, 2048 bytes at most",
            { Connections: < 1 } or { Seconds: < 1 } or { RequestBytes: < 1 } => "counts start at 1",
            _ => null,
        };
        if (problem is not null)
        {
            throw new LoadException($"{file}: scenario {Name}: {problem}", 2);
        }
    }
}

/// <summary>The file around the list.</summary>
internal sealed record ScenarioFile(IReadOnlyList<Scenario> Scenarios);

/// <summary>Reading without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    UseStringEnumConverter = true,
    PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(ScenarioFile))]
internal sealed partial class ScenarioJson : JsonSerializerContext;

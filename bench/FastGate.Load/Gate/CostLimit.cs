using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastGate.Load.Gate;

/// <summary>One figure of the binary that a build may fail on.</summary>
/// <param name="Most">What it may be at most: generous, because the machines that build are small and shared.</param>
/// <param name="Usual">What it was when the limit was set.</param>
/// <param name="What">What is measured.</param>
internal sealed record CostLimit(double Most, double Usual, string What)
{
    /// <summary>Reads the limits, by name.</summary>
    /// <exception cref="LoadException">The file cannot be read, is no such file, or lacks a limit.</exception>
    public static IReadOnlyDictionary<string, CostLimit> ReadAll(string file, IEnumerable<string> needed)
    {
        Dictionary<string, CostLimit> limits;
        try
        {
            limits = JsonSerializer.Deserialize(File.ReadAllBytes(file), CostLimitJson.Default.DictionaryStringCostLimit) ?? [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw LoadException.Usage($"{file}: {e.Message}");
        }

        return needed.FirstOrDefault(name => !limits.ContainsKey(name)) is { } missing
            ? throw LoadException.Usage($"{file}: there is no '{missing}'")
            : limits;
    }
}

/// <summary>Reading without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Dictionary<string, CostLimit>))]
internal sealed partial class CostLimitJson : JsonSerializerContext;

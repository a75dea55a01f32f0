using System.Collections.Immutable;
using FastGate.Providers.Presets;

namespace FastGate.Configuration.Keys;

/// <summary>The kinds of providers that can be configured, and those that later versions bring.</summary>
internal static class ProviderKinds
{
    /// <summary>The kind that is told where its provider is.</summary>
    public const string OpenAi = "openai";

    private const string ForNow = "remove this provider for now";

    /// <summary>Kinds of later versions, and what to do until then.</summary>
    public static readonly ImmutableArray<(string Name, string Instead)> Later =
    [
        ("azure", ForNow),
        ("anthropic", Compatible("https://api.anthropic.com/v1")),
        ("gemini", Compatible("https://generativelanguage.googleapis.com/v1beta/openai")),
        ("vertex", ForNow),
        ("bedrock", ForNow),
        ("cohere", Compatible("https://api.cohere.ai/compatibility/v1")),
    ];

    /// <summary>Kinds that can be configured. A preset named like a later kind is not one of them: the name will mean the provider's own dialect.</summary>
    public static readonly ImmutableArray<ProviderPreset> All = [.. ProviderPresets.All.Where(preset => !IsLater(preset.Name))];

    /// <summary>The kind of that name, or null.</summary>
    public static ProviderPreset? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);

    /// <summary>The kind to configure for a preset: its own name, or <see cref="OpenAi"/> while that name is kept for a dialect.</summary>
    public static string Of(ProviderPreset preset) => IsLater(preset.Name) ? OpenAi : preset.Name;

    private static bool IsLater(string name) => Later.Any(later => later.Name == name);

    private static string Compatible(string baseUrl) => $"its OpenAI-compatible endpoint works today: write kind: {OpenAi} and base_url: {baseUrl}";
}

using System.Collections.Immutable;

namespace FastGate.Configuration.Keys;

/// <summary>What is known of a kind of provider before anything is configured.</summary>
/// <param name="Name">The value of <c>kind</c>.</param>
/// <param name="BaseUrl">Where it is.</param>
/// <param name="KeyVariable">The environment variable its key is usually in; null: it needs no key.</param>
internal sealed record ProviderKind(string Name, Uri BaseUrl, string? KeyVariable);

/// <summary>The kinds of providers, and those that later versions bring.</summary>
internal static class ProviderKinds
{
    /// <summary>The kind of a provider that names none.</summary>
    public const string Default = "openai";

    /// <summary>Kinds that can be configured.</summary>
    public static readonly ImmutableArray<ProviderKind> All =
    [
        new(Default, new Uri("https://api.openai.com/v1"), "OPENAI_API_KEY"),
    ];

    /// <summary>Kinds of later versions, and what to do until then.</summary>
    public static readonly ImmutableArray<(string Name, string Instead)> Later =
    [
        ("azure", "remove this provider for now"),
        ("anthropic", "its OpenAI-compatible endpoint works today: write kind: openai and base_url: https://api.anthropic.com/v1"),
        ("gemini", "its OpenAI-compatible endpoint works today: write kind: openai and base_url: https://generativelanguage.googleapis.com/v1beta/openai"),
        ("vertex", "remove this provider for now"),
        ("bedrock", "remove this provider for now"),
        ("cohere", "its OpenAI-compatible endpoint works today: write kind: openai and base_url: https://api.cohere.ai/compatibility/v1"),
    ];

    /// <summary>What a provider key in the environment stands for: the provider's name and its kind, in the order to look for them.</summary>
    public static readonly ImmutableArray<(string Name, ProviderKind Kind)> FoundByKey = [("openai", All[0])];

    /// <summary>The kind of that name, or null.</summary>
    public static ProviderKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);
}

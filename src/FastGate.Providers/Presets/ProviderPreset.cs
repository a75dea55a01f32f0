namespace FastGate.Providers.Presets;

/// <summary>A provider that speaks the OpenAI surface, known by name: <c>kind: groq</c> needs no address.</summary>
/// <param name="Name">The name used in configuration, lower case.</param>
/// <param name="BaseUrl">Where its OpenAI surface starts, without a trailing slash: <c>/chat/completions</c> is appended.</param>
/// <param name="KeyVariable">The environment variable its key is by custom found in; <c>null</c> when it needs no key.</param>
/// <param name="Documentation">The provider's page that says so.</param>
public sealed record ProviderPreset(string Name, string BaseUrl, string? KeyVariable, string Documentation)
{
    /// <summary>How its models are given the beginning of an answer; a model may still refuse it.</summary>
    public PrefixStyle Prefix { get; init; }

    /// <summary>Whether a key is needed: not for servers on one's own machine.</summary>
    public bool NeedsKey => KeyVariable is not null;
}

using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace FastGate.Providers.Presets;

/// <summary>The presets, in the order in which start-up without a configuration looks for their keys.</summary>
public static class ProviderPresets
{
    private static readonly FrozenDictionary<string, ProviderPreset> ByName;

    // Prefixes of answers, beside the pages named with the presets: docs.anthropic.com "Prefill Claude's response", console.groq.com
    // "Assistant Message Prefilling", docs.mistral.ai "Prefix", openrouter.ai "Assistant Prefill", platform.moonshot.ai "Partial Mode".
    static ProviderPresets()
    {
        All =
        [
            new("openai", "https://api.openai.com/v1", "OPENAI_API_KEY", "https://platform.openai.com/docs/api-reference/introduction"),
            new("anthropic", "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", "https://docs.anthropic.com/en/api/openai-sdk") { Prefix = PrefixStyle.Plain },
            new("gemini", "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY", "https://ai.google.dev/gemini-api/docs/openai"),
            new("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY", "https://console.groq.com/docs/openai") { Prefix = PrefixStyle.Plain },
            new("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY", "https://docs.mistral.ai/api/") { Prefix = PrefixStyle.Prefix },
            new("together", "https://api.together.ai/v1", "TOGETHER_API_KEY", "https://docs.together.ai/docs/inference/openai-compatibility"),
            new("fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY", "https://docs.fireworks.ai/tools-sdks/openai-compatibility"),
            new("deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY", "https://api-docs.deepseek.com/"),
            new("xai", "https://api.x.ai/v1", "XAI_API_KEY", "https://docs.x.ai/docs/api-reference"),
            new("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", "https://openrouter.ai/docs/quickstart") { Prefix = PrefixStyle.Plain },

            // No version in the path: the Sonar surface is /chat/completions at the root.
            new("perplexity", "https://api.perplexity.ai", "PERPLEXITY_API_KEY", "https://docs.perplexity.ai/docs/sonar/openai-compatibility"),
            new("cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", "https://inference-docs.cerebras.ai/resources/openai"),
            new("nvidia", "https://integrate.api.nvidia.com/v1", "NVIDIA_API_KEY", "https://docs.api.nvidia.com/nim/reference/llm-apis"),
            new("sambanova", "https://api.sambanova.ai/v1", "SAMBANOVA_API_KEY", "https://docs.sambanova.ai/cloud/docs/capabilities/openai-compatibility"),
            new("hyperbolic", "https://api.hyperbolic.xyz/v1", "HYPERBOLIC_API_KEY", "https://docs.hyperbolic.xyz/docs/rest-api"),
            new("deepinfra", "https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY", "https://deepinfra.com/docs/advanced/openai_api"),
            new("moonshot", "https://api.moonshot.ai/v1", "MOONSHOT_API_KEY", "https://platform.kimi.ai/docs/api/overview") { Prefix = PrefixStyle.Partial },
            new("nebius", "https://api.tokenfactory.nebius.com/v1", "NEBIUS_API_KEY", "https://docs.tokenfactory.nebius.com/api-reference/introduction"),
            new("novita", "https://api.novita.ai/openai/v1", "NOVITA_API_KEY", "https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion"),
            new("ollama", "http://localhost:11434/v1", null, "https://docs.ollama.com/api/openai-compatibility") { Prefix = PrefixStyle.Plain },
            new("vllm", "http://localhost:8000/v1", null, "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html") { Prefix = PrefixStyle.ContinueFinalMessage },
            new("lmstudio", "http://localhost:1234/v1", null, "https://lmstudio.ai/docs/developer/openai-compat"),
            new("llamacpp", "http://localhost:8080/v1", null, "https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md") { Prefix = PrefixStyle.Plain },
        ];
        ByName = All.ToFrozenDictionary(preset => preset.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Every preset.</summary>
    public static ImmutableArray<ProviderPreset> All { get; }

    /// <summary>The preset whose server an address belongs to, whatever kind it was configured as; null for none.</summary>
    /// <param name="baseUrl">The address.</param>
    public static ProviderPreset? AtHostOf(Uri baseUrl) =>
        All.FirstOrDefault(preset => preset.NeedsKey && new Uri(preset.BaseUrl).Host.Equals(baseUrl.Host, StringComparison.OrdinalIgnoreCase));

    /// <summary>Finds a preset by its name, whatever the case.</summary>
    /// <param name="name">The name, as in <c>kind: groq</c>.</param>
    /// <param name="preset">The preset.</param>
    public static bool TryGet(string name, [NotNullWhen(true)] out ProviderPreset? preset) => ByName.TryGetValue(name, out preset);
}

using FastGate.Configuration.Reading;

namespace FastGate.Configuration.Keys;

/// <summary>The keys of an entry of <c>models</c>.</summary>
internal static class ModelKeys
{
    /// <summary><c>provider/model</c>.</summary>
    public const string NamePattern = ProviderKeys.NamePattern + @"/[^\s\u0000-\u001f\u007f]{1,256}";

    private static readonly DecimalShape Price = new(0, 1_000_000);

    public static readonly Section<ModelConfig> Section = new Section<ModelConfig>(
            "models.NAME", "Facts about a target, by its name `provider/model`, for the strategies and size rules that weigh them. Nobody has to be listed.", new ModelConfig())
        .Key("max_input_tokens", MemberKeys.MaxInputTokens, m => m.MaxInputTokens, (m, v) => m with { MaxInputTokens = v ?? m.MaxInputTokens },
            "The largest input it takes, in tokens. A request estimated to be larger does not go there; a `context_window` error moves on to a target known to take more.",
            defaultNote: "unknown")
        .Key("input_cost", Price, m => m.InputCost, (m, v) => m with { InputCost = v },
            "The price of a million input tokens, in one currency for all, for the strategy `cost`.")
        .Key("output_cost", Price, m => m.OutputCost, (m, v) => m with { OutputCost = v },
            "The price of a million output tokens, in the same currency.")
        .Key("quality", new DecimalShape(0, 1), m => m.Quality, (m, v) => m with { Quality = v },
            "How good its answers are, for the strategy `adaptive`.")
        .Key("prefill", new SwitchShape(), m => m.Prefill ?? false, (m, v) => m with { Prefill = v },
            "Whether it goes on with the beginning of its own answer when a conversation ends with that: how a broken stream is best continued.",
            defaultNote: "what is known of the provider; a refusal is remembered");
}

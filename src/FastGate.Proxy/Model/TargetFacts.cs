namespace FastGate.Proxy.Model;

/// <summary>What is configured about one model at one provider.</summary>
/// <param name="MaxInputTokens">The input it takes, in tokens; 0 when unknown.</param>
/// <param name="InputCost">Price of a million input tokens, in any one currency; 0 when unknown or free.</param>
/// <param name="OutputCost">Price of a million output tokens, in the same currency.</param>
/// <param name="Quality">How good its answers are, 0 to 1.</param>
public sealed record TargetFacts(int MaxInputTokens, double InputCost, double OutputCost, double Quality)
{
    /// <summary>Whether it goes on with the beginning of an answer that it is given; null: as its provider's models do.</summary>
    public bool? Prefill { get; init; }

    /// <summary>Nothing is configured.</summary>
    public static readonly TargetFacts Unknown = new(0, 0, 0, 1);
}

namespace FastGate.Proxy.Views;

/// <summary>What was measured of a target's calls since start.</summary>
/// <param name="Answered">Attempts it answered.</param>
/// <param name="Attempts">How long attempts took.</param>
/// <param name="FirstTokens">Times to a stream's first content.</param>
/// <param name="PromptTokens">Tokens read, as far as the provider told.</param>
/// <param name="CompletionTokens">Tokens written, as far as the provider told.</param>
public sealed record TargetMetersView(long Answered, HistogramView Attempts, HistogramView FirstTokens, long PromptTokens, long CompletionTokens);

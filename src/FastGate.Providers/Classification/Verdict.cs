namespace FastGate.Providers.Classification;

/// <summary>What a provider's answer comes to.</summary>
/// <param name="Kind">The class.</param>
/// <param name="RetryAfter">
/// How long the provider asked to wait, 0 to 24 hours; <c>null</c> when it did not say. Only looked for where waiting can help:
/// <see cref="VerdictKind.RateLimited"/> and <see cref="VerdictKind.Upstream5xx"/>.
/// </param>
public readonly record struct Verdict(VerdictKind Kind, TimeSpan? RetryAfter);

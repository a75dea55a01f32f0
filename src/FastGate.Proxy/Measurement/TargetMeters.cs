using FastGate.Providers.OpenAi;

namespace FastGate.Proxy.Measurement;

/// <summary>What is measured of a target's calls. It outlives reloads of the configuration, as counters must.</summary>
internal sealed class TargetMeters
{
    /// <summary>Attempts that it answered.</summary>
    internal StripedCounter Answered { get; } = new();

    /// <summary>How long attempts took: to the end of the answer, or to the failure.</summary>
    internal StripedHistogram Attempts { get; } = new(HistogramBuckets.Calls);

    /// <summary>From the beginning of an attempt to a stream's first content.</summary>
    internal StripedHistogram FirstTokens { get; } = new(HistogramBuckets.FirstTokens);

    /// <summary>Tokens read, where the provider said how many.</summary>
    internal StripedCounter PromptTokens { get; } = new();

    /// <summary>Tokens written, where the provider said how many.</summary>
    internal StripedCounter CompletionTokens { get; } = new();

    /// <summary>Counts what an answer cost.</summary>
    internal void Count(in TokenUsage usage)
    {
        if (usage.PromptTokens > 0)
        {
            PromptTokens.Add(usage.PromptTokens);
        }

        if (usage.CompletionTokens > 0)
        {
            CompletionTokens.Add(usage.CompletionTokens);
        }
    }
}

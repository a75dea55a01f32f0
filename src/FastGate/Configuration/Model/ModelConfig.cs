namespace FastGate.Configuration;

/// <summary>Facts about a target that strategies and size rules weigh.</summary>
internal sealed record ModelConfig
{
    /// <summary><c>provider/model</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>The input it takes, in tokens; 0: unknown.</summary>
    public int MaxInputTokens { get; init; }

    /// <summary>Price of a million input tokens, in one currency for all.</summary>
    public double InputCost { get; init; }

    /// <summary>Price of a million output tokens, in the same currency.</summary>
    public double OutputCost { get; init; }

    /// <summary>Whether it goes on with the beginning of an answer that it is given; null: as its provider's models do.</summary>
    public bool? Prefill { get; init; }

    /// <summary>How good its answers are, 0 to 1.</summary>
    public double Quality { get; init; } = 1;
}

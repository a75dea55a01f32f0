using FastGate.Routing.Health;
using FastGate.Routing.Keys;

namespace FastGate.Routing.Targets;

/// <summary>
/// One model at one provider, as <c>provider/model</c>. What is configured is immutable; what is learnt (health, keys, load)
/// is shared by every route that names the target, and carried over a reload by handing the same objects to the new one.
/// </summary>
public sealed class Target
{
    /// <summary>Creates a target.</summary>
    /// <param name="provider">The provider's name.</param>
    /// <param name="model">The model's name at the provider.</param>
    /// <param name="health">Its health.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="load">Its load; a new one when null.</param>
    public Target(string provider, string model, TargetHealth health, TargetKeys keys, TargetLoad? load = null)
    {
        Provider = provider;
        Model = model;
        Name = $"{provider}/{model}";
        Health = health;
        Keys = keys;
        Load = load ?? new TargetLoad();
    }

    /// <summary><c>provider/model</c>.</summary>
    public string Name { get; }

    /// <summary>The provider's name.</summary>
    public string Provider { get; }

    /// <summary>The model's name at the provider.</summary>
    public string Model { get; }

    /// <summary>Its health.</summary>
    public TargetHealth Health { get; }

    /// <summary>Its keys.</summary>
    public TargetKeys Keys { get; }

    /// <summary>What is under way on it.</summary>
    public TargetLoad Load { get; }

    /// <summary>What the data plane keeps with the target (connections, rendered octets). Routing does not look at it.</summary>
    public object? Attachment { get; set; }

    /// <summary>The input it takes, in tokens; 0 when unknown.</summary>
    public int MaxInputTokens { get; init; }

    /// <summary>What it offers, as bits whose meaning is the data plane's: a request goes only to targets that offer all it needs.</summary>
    public uint Offers { get; init; } = uint.MaxValue;

    /// <summary>Price of a million input tokens, in any one currency; 0 when unknown or free.</summary>
    public double InputCost { get; init; }

    /// <summary>Price of a million output tokens, in the same currency.</summary>
    public double OutputCost { get; init; }

    /// <summary>How good its answers are, 0 to 1, for the adaptive strategy.</summary>
    public double Quality { get; init; } = 1;

    /// <inheritdoc/>
    public override string ToString() => Name;
}

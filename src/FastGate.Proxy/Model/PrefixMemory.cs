using FastGate.Providers.Presets;

namespace FastGate.Proxy.Model;

/// <summary>What a target has been found to refuse when it was to go on with an answer. Outlives a reload of the configuration.</summary>
internal sealed class PrefixMemory
{
    private volatile bool _refusesPrefix;
    private volatile bool _refusesTurns;

    /// <summary>Whether it refused a conversation that ends with the beginning of its answer.</summary>
    internal bool RefusesPrefix
    {
        get => _refusesPrefix;
        set => _refusesPrefix = value;
    }

    /// <summary>Whether it refused a conversation with the beginning of its answer and a request to go on.</summary>
    internal bool RefusesTurns
    {
        get => _refusesTurns;
        set => _refusesTurns = value;
    }

    /// <summary>How a target is given a prefix: as its provider's kind takes it, unless the configuration says otherwise.</summary>
    internal static PrefixStyle StyleOf(ProviderSettings provider, TargetFacts facts) => facts.Prefill switch
    {
        null => provider.Prefix,
        false => PrefixStyle.None,
        _ => provider.Prefix == PrefixStyle.None ? PrefixStyle.Plain : provider.Prefix,
    };
}

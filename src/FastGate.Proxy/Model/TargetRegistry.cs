using System.Text;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Lookup;
using FastGate.Proxy.Measurement;
using FastGate.Routing.Health;
using FastGate.Routing.Keys;
using FastGate.Routing.Planning;
using FastGate.Routing.Targets;

namespace FastGate.Proxy.Model;

/// <summary>
/// The targets of one provider: those that routes name, and those that requests have named themselves. Requests look a target up
/// without a lock; a name seen for the first time is added under one.
/// </summary>
/// <remarks>
/// Clients choose the names, so there is a bound. A name past it gets a target of its own that is not kept: it is served, but
/// nothing is learnt of it.
/// </remarks>
internal sealed class TargetRegistry
{
    private const int MostTargets = 1024;

    private readonly Provider _provider;
    private readonly RoutingContext _routing;
    private readonly RouteDefinition _direct;
    private readonly IReadOnlyDictionary<string, TargetFacts> _facts;
    private readonly ProviderKey[] _keys;
    private readonly uint _offers;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, UpstreamTarget> _byModel = new(StringComparer.Ordinal);
    private Utf8Table<UpstreamTarget> _table = Utf8Table<UpstreamTarget>.Empty;

    internal TargetRegistry(Provider provider, RoutingContext routing, GatewaySettings settings, TargetRegistry? previous)
    {
        _provider = provider;
        _routing = routing;
        _direct = settings.DirectRoute;
        _facts = settings.Models;
        _offers = UpstreamEndpoints.Offers(provider.Settings.Endpoints);
        Health = settings.Health;
        bool sameKeys = previous is not null && previous._provider.Settings.Keys.SequenceEqual(provider.Settings.Keys);
        _keys = sameKeys ? previous!._keys : [.. provider.Settings.Keys.Select((key, i) => new ProviderKey($"{provider.Name}[{i}]", key.Weight))];
        if (previous is not null)
        {
            Adopt(previous, sameKeys);
        }
    }

    /// <summary>The numbers its targets' health goes by.</summary>
    internal HealthSettings Health { get; }

    /// <summary>Every target known so far.</summary>
    internal UpstreamTarget[] All
    {
        get
        {
            lock (_lock)
            {
                return [.. _byModel.Values];
            }
        }
    }

    /// <summary>The target for a model, made if it is not known yet.</summary>
    internal UpstreamTarget Get(ReadOnlySpan<byte> model) => Volatile.Read(ref _table).Find(model) ?? Add(Encoding.UTF8.GetString(model));

    /// <summary>The target for a model, made if it is not known yet.</summary>
    internal UpstreamTarget Get(string model) => Get(Encoding.UTF8.GetBytes(model));

    private UpstreamTarget Add(string model)
    {
        lock (_lock)
        {
            if (_byModel.TryGetValue(model, out UpstreamTarget? known))
            {
                return known;
            }

            UpstreamTarget target = Make(model, null);
            if (_byModel.Count < MostTargets)
            {
                _byModel.Add(model, target);
                Volatile.Write(ref _table, new Utf8Table<UpstreamTarget>(_byModel));
            }

            return target;
        }
    }

    private UpstreamTarget Make(string model, UpstreamTarget? old, bool sameKeys = false, bool sameHealth = false)
    {
        string name = $"{_provider.Name}/{model}";
        TargetFacts facts = _facts.TryGetValue(name, out TargetFacts? known) ? known : TargetFacts.Unknown;
        var decided = new Target(
            _provider.Name,
            model,
            sameHealth ? old!.Decided.Health : new TargetHealth(name, Health, _routing.Random, _routing.Listener),
            sameKeys ? old!.Decided.Keys : new TargetKeys(_keys),
            old?.Decided.Load)
        {
            MaxInputTokens = facts.MaxInputTokens,
            Offers = _offers,
            InputCost = facts.InputCost,
            OutputCost = facts.OutputCost,
            Quality = facts.Quality,
        };
        return new UpstreamTarget(
            _provider, decided, _direct, old?.Meters ?? new TargetMeters(), PrefixMemory.StyleOf(_provider.Settings, facts), old?.Prefixes ?? new PrefixMemory());
    }

    // What was learnt survives a reload: health while its numbers are the same, keys while they are the same keys.
    private void Adopt(TargetRegistry previous, bool sameKeys)
    {
        bool sameHealth = previous.Health == Health;
        foreach (UpstreamTarget old in previous.All)
        {
            _byModel.Add(old.Model, Make(old.Model, old, sameKeys, sameHealth));
        }

        _table = new Utf8Table<UpstreamTarget>(_byModel);
    }
}

using FastGate.Routing.Health;
using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using FastGate.Routing.Timing;

namespace FastGate.Proxy.Model;

/// <summary>What all decisions of the process share: the clock, chance, the retry budget, and who hears of changes.</summary>
internal sealed class RoutingContext
{
    internal RoutingContext(TimeProvider time, RetryBudget budget, IHealthListener? listener)
    {
        Clock = new MonotonicClock(time);
        Listener = listener;
        Budget = budget;
        Planner = new Planner(budget, Random);
    }

    /// <summary>Time as routing counts it.</summary>
    internal MonotonicClock Clock { get; }

    /// <summary>Where chance comes from. It decides about load, not secrets, and so does not load the cryptographic library.</summary>
    internal RandomSource Random { get; } = new((ulong)System.Random.Shared.NextInt64());

    /// <summary>Who hears of state changes.</summary>
    internal IHealthListener? Listener { get; }

    /// <summary>How many retries and hedges there may be.</summary>
    internal RetryBudget Budget { get; }

    /// <summary>Plans requests. The budget lives as long as the process, whatever is reloaded.</summary>
    internal Planner Planner { get; }
}

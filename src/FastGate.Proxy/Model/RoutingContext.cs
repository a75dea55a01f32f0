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
        Planner = new Planner(budget, Random);
    }

    /// <summary>Time as routing counts it.</summary>
    internal MonotonicClock Clock { get; }

    /// <summary>Where chance comes from; seeded from the system.</summary>
    internal RandomSource Random { get; } = new(BitConverter.ToUInt64(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8)));

    /// <summary>Who hears of state changes.</summary>
    internal IHealthListener? Listener { get; }

    /// <summary>Plans requests. The budget lives as long as the process, whatever is reloaded.</summary>
    internal Planner Planner { get; }
}

using FastGate.Routing.Conditions;
using FastGate.Routing.Retry;
using FastGate.Routing.Targets;
using FastGate.Routing.Timing;

namespace FastGate.Routing.Planning;

/// <summary>What all requests share when they are planned: the retry budget and the source of chance.</summary>
/// <param name="budget">The retry budget.</param>
/// <param name="random">The source of chance.</param>
public sealed class Planner(RetryBudget budget, RandomSource random)
{
    /// <summary>The retry budget.</summary>
    public RetryBudget Budget { get; } = budget;

    /// <summary>Plans a request and decides its first attempt. Allocates nothing.</summary>
    /// <typeparam name="TFacts">The facts' type; a ref struct may be used.</typeparam>
    /// <param name="plan">The route.</param>
    /// <param name="shape">The request's sizes, lock and key.</param>
    /// <param name="facts">What the route's conditions ask of it; <see cref="NoFacts"/> where there are none.</param>
    /// <param name="chain">The request's own chain, which replaces the route's; empty for none. At most the first eight count.</param>
    /// <param name="nowTicks">The time, in ticks of <see cref="MonotonicClock"/>.</param>
    /// <param name="cursor">A new cursor, or that of a request that is over. Keep it in one place and pass it by reference.</param>
    public Decision Begin<TFacts>(
        RoutePlan plan, in RequestShape shape, ref TFacts facts, ReadOnlySpan<Target> chain, long nowTicks, ref FallbackCursor cursor)
        where TFacts : IRequestFacts, allows ref struct
    {
        Budget.RequestBegun(nowTicks);
        Eligibility eligible = plan.Eligible(shape, ref facts);
        cursor.Reset(plan, Budget, random.Next(), shape, nowTicks);
        return chain.IsEmpty ? cursor.BeginRoute(eligible, nowTicks) : cursor.BeginChain(chain, shape, nowTicks);
    }
}

using System.Numerics;
using FastGate.Routing.Conditions;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Retry;
using FastGate.Routing.Strategies;
using FastGate.Routing.Targets;

namespace FastGate.Routing.Planning;

/// <summary>
/// A route ready to be followed: every target it can reach as a leaf with a bit of its own, groups as masks of them.
/// Immutable; built by <see cref="RouteTableBuilder"/>.
/// </summary>
public sealed class RoutePlan
{
    /// <summary>How many targets a plan can reach, its per-class chains included.</summary>
    public const int MaximumLeaves = 64;

    private readonly int _smallestMaxInput;
    private readonly uint _offeredByAll = uint.MaxValue;

    internal RoutePlan(RouteDefinition definition, RouteGroup root, IReadOnlyList<RouteLeaf> leaves, RouteGroup?[] chains, ClassActionKind[] actions)
    {
        Name = definition.Name;
        Root = root;
        Leaves = [.. leaves];
        Chains = chains;
        Actions = actions;
        Retry = definition.Retry;
        Backoff = new BackoffSchedule(definition.Retry);
        Deadline = definition.Deadline;
        Hops = definition.Hops;
        HedgeAfter = definition.HedgeAfter;
        RaceWidth = root.Kind == StrategyKind.Race ? Math.Min(definition.RaceWidth, definition.Hops) : 1;
        _smallestMaxInput = int.MaxValue;
        foreach (RouteLeaf leaf in Leaves)
        {
            AllMask |= leaf.LeafMask;
            HasConditions |= leaf.When is not null;
            _offeredByAll &= leaf.Target.Offers;
            if (leaf.MaxInputTokens > 0)
            {
                _smallestMaxInput = Math.Min(_smallestMaxInput, leaf.MaxInputTokens);
            }

            foreach (RouteLeaf other in Leaves)
            {
                leaf.TwinMask |= ReferenceEquals(leaf.Target, other.Target) ? other.LeafMask : 0;
            }
        }
    }

    /// <summary>The route's name.</summary>
    public string Name { get; }

    /// <summary>How one target is tried again.</summary>
    public RetrySettings Retry { get; }

    /// <summary>Until the first token, all attempts together.</summary>
    public TimeSpan Deadline { get; }

    /// <summary>Targets tried at most.</summary>
    public int Hops { get; }

    /// <summary>When the next target is started too; zero is off.</summary>
    public TimeSpan HedgeAfter { get; }

    /// <summary>How many targets are started at once; 1 unless the strategy is race.</summary>
    public int RaceWidth { get; }

    /// <summary>Whether any of its targets asks something of a request: only then are facts looked at.</summary>
    public bool HasConditions { get; }

    /// <summary>Every target the plan can reach, each once, in the order of the chain. Allocates; for the control plane.</summary>
    public IReadOnlyList<Target> Targets => [.. Leaves.Select(leaf => leaf.Target).Distinct()];

    internal RouteGroup Root { get; }

    internal RouteLeaf[] Leaves { get; }

    internal RouteGroup?[] Chains { get; }

    internal ClassActionKind[] Actions { get; }

    internal BackoffSchedule Backoff { get; }

    internal ulong AllMask { get; }

    /// <summary>
    /// Whether a request could be answered: some target of the chain is not out of rotation. For readiness.
    /// </summary>
    /// <param name="nowTicks">The time.</param>
    public bool HasUsableTarget(long nowTicks)
    {
        foreach (RouteLeaf leaf in Leaves)
        {
            if ((leaf.LeafMask & Root.LeafMask) != 0 && !leaf.Target.Health.IsOut(nowTicks) && leaf.Target.Keys.SoonestTicks() <= nowTicks)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The leaves whose rules a request satisfies: conditions, what it needs, input size, provider lock.</summary>
    /// <param name="shape">The request's needs, sizes and lock.</param>
    /// <param name="facts">What conditions ask of it.</param>
    internal Eligibility Eligible<TFacts>(in RequestShape shape, ref TFacts facts)
        where TFacts : IRequestFacts, allows ref struct
    {
        if (!HasConditions && shape.InputTokens <= _smallestMaxInput && shape.ProviderLock is null && (shape.Needs & ~_offeredByAll) == 0)
        {
            return new Eligibility(AllMask, TooLarge: 0, Unable: 0);
        }

        ulong eligible = 0;
        ulong tooLarge = 0;
        ulong unable = 0;
        foreach (RouteLeaf leaf in Leaves)
        {
            if ((shape.ProviderLock is not null && leaf.Target.Provider != shape.ProviderLock) || (leaf.When is not null && !leaf.When.Holds(ref facts)))
            {
                continue;
            }

            if ((shape.Needs & ~leaf.Target.Offers) != 0)
            {
                unable |= leaf.LeafMask;
            }
            else if (leaf.MaxInputTokens > 0 && shape.InputTokens > leaf.MaxInputTokens)
            {
                tooLarge |= leaf.LeafMask;
            }
            else
            {
                eligible |= leaf.LeafMask;
            }
        }

        return new Eligibility(eligible, tooLarge, unable);
    }

    /// <summary>Of some leaves, those with another model that takes more input than the given one.</summary>
    internal ulong LargerThan(RouteLeaf small, ulong among, int inputTokens)
    {
        ulong larger = 0;
        for (ulong rest = among; rest != 0; rest &= rest - 1)
        {
            RouteLeaf leaf = Leaves[BitOperations.TrailingZeroCount(rest)];

            // Where the refusing target's limit is not known, its refusal says that the estimate does not fit it.
            int refused = small.MaxInputTokens > 0 ? small.MaxInputTokens : inputTokens;
            if (leaf.MaxInputTokens > refused && leaf.Target.Model != small.Target.Model)
            {
                larger |= leaf.LeafMask;
            }
        }

        return larger;
    }

    internal ClassActionKind ActionOn(FailureClass failure) => Actions[(int)failure];
}

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using FastGate.Routing.Health;
using FastGate.Routing.Keys;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Retry;
using FastGate.Routing.Strategies;
using FastGate.Routing.Targets;
using FastGate.Routing.Timing;

namespace FastGate.Routing.Planning;

/// <summary>
/// One request's way along its chain (failover.md, 1 and 2). Tell it every outcome and do what it says:
/// </summary>
/// <remarks>
/// <para>
/// 1. <see cref="Planner.Begin"/> gives the first decision. 2. On <see cref="DecisionKind.Attempt"/> wait as told, ask
/// <see cref="AfterWait"/> if there was a wait, and make the attempt. 3. Report to <see cref="Next"/>: for a stream
/// <see cref="Outcome.StreamStarted"/> at its first content event and its end later; for anything else its end. 4. On
/// <see cref="DecisionKind.Commit"/> relay the attempt and abandon all others. 5. A committed stream that breaks is reported
/// like any failure, and the decision may be to continue elsewhere. 6. <see cref="End"/> when the request is over for any
/// other reason.
/// </para>
/// <para>
/// The cursor also accounts: health, keys, load, retry budget and incidents learn of outcomes through it and nowhere else.
/// A mutable value without references to anything but shared objects; not for two threads at once; allocates nothing.
/// </para>
/// </remarks>
public partial struct FallbackCursor
{
    /// <summary>How many targets one request may try.</summary>
    public const int MaximumHops = 8;

    internal const int KeptAttempts = 16;

    private RoutePlan _plan;
    private RetryBudget _budget;
    private ChoiceShape _shape;
    private long _deadlineTicks;
    private ulong _diceSeed;
    private RouteGroup _active;
    private RequestRandom _random;
    private ulong _eligible;
    private ulong _tried;
    private ulong _blamed;
    private AttemptSlots _slots;
    private AttemptEntries _entries;
    private ChainTargets _chain;
    private int _chainLength;
    private int _hops;
    private int _underWay;
    private int _attempts;
    private int _winner;
    private bool _committed;
    private bool _streaming;
    private bool _ended;
    private bool _lastChance;

    // In place, and only what says what the rest is worth: slots and entries of an earlier request are written anew when they are used.
    internal void Reset(RoutePlan plan, RetryBudget budget, RequestRandom random, in RequestShape shape, long nowTicks)
    {
        for (int i = 0; i < _chainLength; i++)
        {
            _chain[i] = null;
        }

        _tried = _blamed = 0;
        _chainLength = _hops = _underWay = _attempts = 0;
        _winner = -1;
        _committed = _streaming = _ended = _lastChance = false;
        FallbackReason = FirstFailure = FailureClass.None;
        _plan = plan;
        _budget = budget;
        _random = random;
        _diceSeed = _random.NextUInt64();
        _active = plan.Root;
        _shape = new ChoiceShape(shape.InputTokens, shape.OutputTokens, shape.StickyKey);
        long allowed = shape.Timeout is TimeSpan timeout ? Math.Min(timeout.Ticks, plan.Deadline.Ticks) : plan.Deadline.Ticks;
        _deadlineTicks = nowTicks + allowed;
    }

    /// <summary>When the first token must be there, in ticks; attempts are to be given up then.</summary>
    public readonly long DeadlineTicks => _deadlineTicks;

    /// <summary>Upstream calls decided on so far.</summary>
    public readonly int Attempts => _attempts;

    /// <summary>Targets tried so far.</summary>
    public readonly int Hops => _hops;

    /// <summary>Whether another target could be tried if this one failed, however well it is.</summary>
    public readonly bool HasOthers => _hops < _plan.Hops && (Candidates(_active) | Candidates(_plan.Root)) != 0;

    /// <summary>The class that caused the last hop; <see cref="FailureClass.None"/> while the first target is the only one.</summary>
    public FailureClass FallbackReason { get; private set; }

    /// <summary>The class of the first failure, whose answer the client gets when all fail; <see cref="FailureClass.None"/> without one.</summary>
    public FailureClass FirstFailure { get; private set; }

    /// <summary>Whether it is over: every further call changes nothing.</summary>
    public readonly bool IsOver => _ended && _underWay == 0;

    /// <summary>Attempts that can be read back: all of them up to 16; beyond, the first 15 and the newest.</summary>
    public readonly int RecordedAttempts => Math.Min(_attempts, KeptAttempts);

    /// <summary>Reads an attempt back.</summary>
    /// <param name="index">0 to <see cref="RecordedAttempts"/> - 1, oldest first.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such attempt.</exception>
    public readonly AttemptRecord AttemptAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, RecordedAttempts);
        AttemptEntry entry = _entries[index];
        return new AttemptRecord(TargetAt(entry.Leaf), entry.Failure, entry.Status, entry.Flags, entry.StartTicks);
    }

    /// <summary>Takes the outcome of an attempt into account and decides what is next.</summary>
    /// <param name="slot">The attempt's <see cref="Decision.Slot"/>.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="nowTicks">The time.</param>
    /// <returns>The decision; <see cref="DecisionKind.Stop"/> without a reason when the attempt was over before.</returns>
    public Decision Next(int slot, in Outcome outcome, long nowTicks)
    {
        ref AttemptSlot attempt = ref SlotAt(slot);
        if (!attempt.Active)
        {
            return new Decision { Kind = DecisionKind.Stop, Slot = (byte)slot };
        }

        // 1. A stale pooled connection says nothing about the target: once more, free of charge, and nothing is counted.
        if (EarnsFreeRetry(attempt, outcome, nowTicks))
        {
            attempt.FreeRetryUsed = true;
            Note(attempt, outcome);
            return Again(slot, 0, AttemptFlags.Retry | AttemptFlags.FreshConnection, outcome.Class, nowTicks);
        }

        // 2. Nobody waits any more: what is under way is given up, and counts against nobody.
        if ((outcome.Flags & OutcomeFlags.ClientGone) != 0)
        {
            return Finish(StopReason.ClientGone, FailureClass.None, slot, nowTicks);
        }

        // 3. Account. News of an attempt that another one has beaten changes nothing any more.
        Account(ref attempt, outcome, nowTicks);
        if (_ended || (_committed && _winner >= 0 && slot != _winner))
        {
            Close(ref attempt);
            return new Decision { Kind = DecisionKind.Stop, Slot = (byte)slot };
        }

        // 4. Answered, or answered so far.
        if (outcome.Class == FailureClass.None)
        {
            return Commit(slot, (outcome.Flags & OutcomeFlags.FirstToken) == 0, nowTicks);
        }

        // 5. Failed.
        Note(attempt, outcome);
        Close(ref attempt);
        _winner = -1;
        return Judge(slot, outcome, nowTicks);
    }

    /// <summary>
    /// Looks again after a wait: meanwhile other requests may have found out that the target or the key is no longer to be used.
    /// </summary>
    /// <param name="slot">The attempt's slot.</param>
    /// <param name="nowTicks">The time.</param>
    /// <returns>The attempt without a wait, or what is next instead of it.</returns>
    public Decision AfterWait(int slot, long nowTicks)
    {
        ref AttemptSlot attempt = ref SlotAt(slot);
        if (!attempt.Active || !attempt.Waiting)
        {
            return new Decision { Kind = DecisionKind.Stop, Slot = (byte)slot };
        }

        attempt.Waiting = false;
        attempt.Admission = default;
        FailureClass reason = attempt.LastFailure;
        Target target = TargetAt(attempt.Leaf);
        if (!MayRetry(target.Health, nowTicks) || nowTicks >= _deadlineTicks || !TryKeepKey(ref attempt, target.Keys, nowTicks))
        {
            // The attempt was never made: it leaves no trace.
            _attempts--;
            Close(ref attempt);
            return Advance(slot, reason, nowTicks);
        }

        attempt.Admission = target.Health.Force(AdmissionKind.Normal, nowTicks);
        return new Decision
        {
            Kind = DecisionKind.Attempt,
            Slot = (byte)slot,
            Target = target,
            KeyIndex = attempt.Key,
            Flags = AttemptFlags.Retry,
            Reason = reason,
        };
    }

    /// <summary>Whether <see cref="StartParallel"/> could find a target now, whatever the retry budget says.</summary>
    /// <param name="nowTicks">The time.</param>
    public readonly bool MayStartParallel(long nowTicks) =>
        !_ended && !_committed && !_lastChance && _hops < _plan.Hops && nowTicks < _deadlineTicks && Candidates(_active) != 0;

    /// <summary>Whether a failure of this class would send the request elsewhere because the route says so.</summary>
    /// <param name="failure">The class.</param>
    public readonly bool Reroutes(FailureClass failure)
    {
        ClassActionKind action = _plan.ActionOn(failure);
        RouteGroup? to = action switch
        {
            ClassActionKind.Next => _active,
            ClassActionKind.Chain when _chainLength == 0 => _plan.Chains[(int)failure],
            _ => null,
        };
        return to is not null && !_lastChance && !_ended && _hops < _plan.Hops && Candidates(to) != 0;
    }

    /// <summary>
    /// Starts another target beside those under way: to hedge when <c>hedge_after</c> is over, or as a racer. A hedge is taken
    /// out of the retry budget; a race was asked for and is not.
    /// </summary>
    /// <param name="hedge">Whether this is a hedge.</param>
    /// <param name="nowTicks">The time.</param>
    /// <returns>An attempt, or <see cref="DecisionKind.None"/>.</returns>
    public Decision StartParallel(bool hedge, long nowTicks)
    {
        if (!MayStartParallel(nowTicks) || (hedge && !_budget.TryTake(nowTicks)))
        {
            return default;
        }

        return TrySelect(Candidates(_active), shiftedToo: false, AttemptFlags.Parallel, FailureClass.None, nowTicks, out Decision decision) ? decision : default;
    }

    /// <summary>An attempt was cancelled because another one answered. It counts neither for nor against its target.</summary>
    /// <param name="slot">The attempt's slot.</param>
    /// <param name="nowTicks">The time.</param>
    public void Abandon(int slot, long nowTicks)
    {
        ref AttemptSlot attempt = ref SlotAt(slot);
        if (attempt.Active)
        {
            // A stream that was relayed and is given up with its client has had its first token.
            if (!attempt.Waiting && slot != _winner)
            {
                TargetAt(attempt.Leaf).Health.Abandon(attempt.Admission, _streaming, nowTicks);
            }

            Close(ref attempt);
        }
    }

    /// <summary>
    /// The request is over, whatever was under way: the client has gone, or an answer other than an upstream's was given.
    /// May be called more than once.
    /// </summary>
    /// <param name="nowTicks">The time.</param>
    public void End(long nowTicks)
    {
        _ended = true;
        for (int i = 0; i < _hops; i++)
        {
            Abandon(i, nowTicks);
        }
    }

    internal Decision BeginRoute(in Eligibility eligible, long nowTicks)
    {
        _eligible = eligible.Leaves;
        ulong chain = _active.LeafMask;
        FailureClass hindrance = (eligible.Leaves & chain) != 0 ? FailureClass.None
            : (eligible.TooLarge & chain) != 0 ? FailureClass.ContextWindow
            : (eligible.Unable & chain) != 0 ? FailureClass.NotSupported
            : FailureClass.None;
        if (hindrance != FailureClass.None)
        {
            // Known beforehand that nobody on the chain can take it: what is configured for that is done at once.
            RouteGroup? others = _plan.Chains[(int)hindrance];
            if (others is null || (others.LeafMask & eligible.Leaves) == 0)
            {
                return Finish(StopReason.NoTarget, hindrance, 0, nowTicks);
            }

            _active = others;
            FallbackReason = hindrance;
        }

        return Advance(0, FailureClass.None, nowTicks);
    }

    internal Decision BeginChain(ReadOnlySpan<Target> chain, in RequestShape shape, long nowTicks)
    {
        _eligible = 0;
        bool unable = false;
        foreach (Target target in chain)
        {
            if (_chainLength == MaximumHops)
            {
                break;
            }

            bool known = false;
            for (int i = 0; i < _chainLength; i++)
            {
                known |= ReferenceEquals(_chain[i], target);
            }

            bool allowed = shape.ProviderLock is null || shape.ProviderLock == target.Provider;
            if ((shape.Needs & ~target.Offers) != 0)
            {
                unable = true;
            }
            else if (!known && allowed)
            {
                _eligible |= target.MaxInputTokens == 0 || shape.InputTokens <= target.MaxInputTokens ? 1UL << _chainLength : 0;
                _chain[_chainLength++] = target;
            }
        }

        return _chainLength > 0 && _eligible == 0 ? Finish(StopReason.NoTarget, FailureClass.ContextWindow, 0, nowTicks)
            : _chainLength == 0 && unable ? Finish(StopReason.NoTarget, FailureClass.NotSupported, 0, nowTicks)
            : Advance(0, FailureClass.None, nowTicks);
    }

    private readonly Target TargetAt(int leaf) => _chainLength > 0 ? _chain[leaf]! : _plan.Leaves[leaf].Target;

    [UnscopedRef]
    private ref AttemptSlot SlotAt(int slot)
    {
        Debug.Assert(slot >= 0 && slot < MaximumHops, "a slot comes from a decision");
        return ref _slots[slot];
    }

    private Decision Commit(int slot, bool finished, long nowTicks)
    {
        ref AttemptSlot attempt = ref SlotAt(slot);
        Target target = TargetAt(attempt.Leaf);
        _committed = true;
        _winner = slot;
        _streaming |= !finished;
        if (finished)
        {
            _ended = true;
            Close(ref attempt);
        }

        for (ulong rest = _blamed; rest != 0; rest &= rest - 1)
        {
            TargetAt(BitOperations.TrailingZeroCount(rest)).Health.RequestRescued(_plan.Name, nowTicks);
        }

        _blamed = 0;
        return new Decision { Kind = DecisionKind.Commit, Slot = (byte)slot, Target = target, KeyIndex = attempt.Key };
    }

    private Decision Finish(StopReason stop, FailureClass reason, int slot, long nowTicks)
    {
        End(nowTicks);
        if (stop is not (StopReason.ClientGone or StopReason.Refused))
        {
            for (ulong rest = _blamed; rest != 0; rest &= rest - 1)
            {
                TargetAt(BitOperations.TrailingZeroCount(rest)).Health.RequestLost();
            }
        }

        _blamed = 0;
        return new Decision { Kind = DecisionKind.Stop, Stop = stop, Slot = (byte)slot, Reason = reason };
    }

    private void Close(ref AttemptSlot attempt)
    {
        attempt.Active = false;
        attempt.Waiting = false;
        _underWay--;
        TargetAt(attempt.Leaf).Load.End();
    }

    private void Note(in AttemptSlot attempt, in Outcome outcome)
    {
        ref AttemptEntry entry = ref _entries[attempt.Entry];
        entry.Failure = outcome.Class;
        entry.Status = outcome.Status;
        if (FirstFailure == FailureClass.None)
        {
            FirstFailure = outcome.Class;
        }
    }

    private void Account(ref AttemptSlot attempt, in Outcome outcome, long nowTicks)
    {
        Target target = TargetAt(attempt.Leaf);
        TargetKeys keys = target.Keys;
        switch (outcome.Class)
        {
            case FailureClass.None:
                keys.RecordAnswer(attempt.Key);
                if (outcome.FirstToken is TimeSpan firstToken)
                {
                    target.Load.Measured(firstToken.Ticks, nowTicks);
                }

                break;
            case FailureClass.RateLimited:
                keys.RecordLimit(attempt.Key, outcome.RetryAfter, nowTicks);
                long soonest = keys.SoonestTicks();
                if (soonest > nowTicks)
                {
                    target.Health.RecordExhaustedLimit(attempt.Admission, outcome.RetryAfter, soonest, nowTicks);
                    _blamed |= 1UL << attempt.Leaf;
                    return;
                }

                break;
            case FailureClass.Auth:
                keys[attempt.Key].Refused(nowTicks);
                break;
        }

        if (FailureClasses.Signal(outcome.Class) is HealthSignal.Failure or HealthSignal.RateLimited)
        {
            _blamed |= 1UL << attempt.Leaf;
        }

        target.Health.Record(attempt.Admission, outcome, ref attempt.Credited, nowTicks);
    }
}

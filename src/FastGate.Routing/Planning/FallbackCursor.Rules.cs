using FastGate.Routing.Health;
using FastGate.Routing.Keys;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Targets;

namespace FastGate.Routing.Planning;

// What follows from each class of failure (failover.md, 1 and 2).
public partial struct FallbackCursor
{
    // A wait for a rate limit is over a moment after it, not a moment before: held times are kept in milliseconds.
    private const long LimitMarginTicks = TimeSpan.TicksPerMillisecond;

    private readonly bool EarnsFreeRetry(in AttemptSlot attempt, in Outcome outcome, long nowTicks) =>
        outcome.Class == FailureClass.Reset
        && (outcome.Flags & (OutcomeFlags.PooledConnection | OutcomeFlags.ClientGone)) == OutcomeFlags.PooledConnection
        && !attempt.FreeRetryUsed && !_lastChance && !_committed && !_ended && nowTicks < _deadlineTicks;

    /// <summary>Decides after a failure, the attempt being closed and accounted for.</summary>
    private Decision Judge(int slot, in Outcome outcome, long nowTicks)
    {
        ref AttemptSlot attempt = ref SlotAt(slot);
        FailureClass failure = outcome.Class;
        attempt.LastFailure = failure;
        ClassActionKind action = _plan.ActionOn(failure);
        if (action == ClassActionKind.Chain && _chainLength > 0)
        {
            // The request brought its own chain, which replaces the route's for every class.
            action = ClassActionKind.Default;
        }

        // Once part of an answer was delivered nobody can be told about the request any more: whoever refuses to go on is passed over.
        bool isFinal = !_committed && (failure == FailureClass.BadRequest || (action == ClassActionKind.Default && IsFinal(failure)));
        if (isFinal || action == ClassActionKind.Stop)
        {
            if (_underWay > 0)
            {
                // Another attempt may still answer; what that comes to decides.
                return new Decision { Kind = DecisionKind.Await, Slot = (byte)slot, Reason = failure };
            }

            return Finish(StopReason.Refused, failure, slot, nowTicks);
        }

        if (_lastChance)
        {
            return Finish(StopReason.AllFailed, failure, slot, nowTicks);
        }

        // The keys of one provider come before any other target, unless the route says `next`.
        if (failure is FailureClass.RateLimited or FailureClass.Auth && action != ClassActionKind.Next && _underWay == 0 && !_committed
            && TryOtherKey(slot, failure, nowTicks, out Decision decision))
        {
            return decision;
        }

        if (action == ClassActionKind.Chain)
        {
            EnterChain(failure);
        }
        else if (failure == FailureClass.ContextWindow && action == ClassActionKind.Default)
        {
            NarrowToLarger(attempt.Leaf);
        }

        if (_underWay > 0)
        {
            return new Decision { Kind = DecisionKind.Await, Slot = (byte)slot, Reason = failure };
        }

        if (action == ClassActionKind.Default && !_committed && TryRetry(slot, outcome, nowTicks, out decision))
        {
            return decision;
        }

        return Advance(slot, failure, nowTicks);
    }

    /// <summary>Classes that are the client's to see unless the route names a chain for them.</summary>
    private static bool IsFinal(FailureClass failure) =>
        failure is FailureClass.ContentPolicy or FailureClass.Guardrail or FailureClass.Quality or FailureClass.Budget;

    /// <summary>Availability failures may fall back from their own chain to the rest of the main one; the others must not.</summary>
    private static bool MayLeaveChain(FailureClass failure) => failure != FailureClass.ContextWindow && !IsFinal(failure);

    private void EnterChain(FailureClass failure)
    {
        _active = _plan.Chains[(int)failure]!;
        if (!MayLeaveChain(failure))
        {
            _eligible &= _active.LeafMask;
        }
    }

    private void NarrowToLarger(int leaf)
    {
        if (_chainLength == 0)
        {
            _eligible = _plan.LargerThan(_plan.Leaves[leaf], _eligible & (_active.LeafMask | _plan.Root.LeafMask), _shape.InputTokens);
            return;
        }

        Target small = _chain[leaf]!;
        int refused = small.MaxInputTokens > 0 ? small.MaxInputTokens : _shape.InputTokens;
        for (int i = 0; i < _chainLength; i++)
        {
            Target other = _chain[i]!;
            if (other.MaxInputTokens <= refused || other.Model == small.Model)
            {
                _eligible &= ~(1UL << i);
            }
        }
    }

    private bool TryOtherKey(int slot, FailureClass failure, long nowTicks, out Decision decision)
    {
        decision = default;
        ref AttemptSlot attempt = ref SlotAt(slot);
        Target target = TargetAt(attempt.Leaf);
        attempt.KeysTried |= 1u << attempt.Key;
        int key = target.Keys.Choose(attempt.KeysTried, nowTicks, ref _random);
        if (key < 0 || nowTicks >= _deadlineTicks || !MayRetry(target.Health, nowTicks) || !_budget.TryTake(nowTicks))
        {
            return false;
        }

        attempt.Key = (short)key;
        attempt.Credited = false;
        Reopen(ref attempt);
        decision = Again(slot, 0, AttemptFlags.Retry | AttemptFlags.OtherKey, failure, nowTicks);
        return true;
    }

    /// <summary>The same target once more, where its class and the route allow it.</summary>
    private bool TryRetry(int slot, in Outcome outcome, long nowTicks, out Decision decision)
    {
        decision = default;
        ref AttemptSlot attempt = ref SlotAt(slot);
        if (attempt.Retries >= _plan.Retry.Attempts || !TryWait(attempt, outcome, out long wait))
        {
            return false;
        }

        Target target = TargetAt(attempt.Leaf);
        if (nowTicks + wait >= _deadlineTicks || !MayRetry(target.Health, nowTicks + wait) || !_budget.TryTake(nowTicks))
        {
            return false;
        }

        attempt.Retries++;
        attempt.Credited = false;
        Reopen(ref attempt);
        decision = Again(slot, wait, AttemptFlags.Retry, outcome.Class, nowTicks);
        return true;
    }

    /// <summary>The wait before the same target may be tried again; false where its class does not allow it at all.</summary>
    private bool TryWait(in AttemptSlot attempt, in Outcome outcome, out long wait)
    {
        wait = 0;
        switch (outcome.Class)
        {
            case FailureClass.Upstream5xx:
                wait = _plan.Backoff.WaitTicks(attempt.Retries, ref _random);
                if (outcome.RetryAfter is TimeSpan asked)
                {
                    // A provider that says when it will be back is believed, or left.
                    wait = Math.Max(wait, asked.Ticks);
                    return asked <= _plan.Retry.RetryAfterMax;
                }

                return true;
            case FailureClass.RateLimited:
                if (outcome.RetryAfter is not TimeSpan after || after > _plan.Retry.RetryAfterMax)
                {
                    return false;
                }

                wait = Math.Max(after.Ticks + LimitMarginTicks, _plan.Backoff.WaitTicks(attempt.Retries, ref _random));
                return true;
            case FailureClass.Connect or FailureClass.Reset:
                // Once, and only where there is nowhere else to go.
                wait = _plan.Backoff.WaitTicks(0, ref _random);
                return attempt.Retries == 0 && _hops == 1 && Candidates(_active) == 0;
            default:
                return false;
        }
    }

    /// <summary>A retry is for a target that works: one that failed or recovers is met by trials only.</summary>
    private static bool MayRetry(TargetHealth health, long atTicks)
    {
        HealthWord word = health.Read();
        return word.State <= TargetState.Degraded && word.Judge(atTicks, 0) == Availability.Ready;
    }

    /// <summary>After a wait the key may have been limited or refused by others' requests: then another one, or none.</summary>
    private bool TryKeepKey(ref AttemptSlot attempt, TargetKeys keys, long nowTicks)
    {
        if (!keys.IsUsable(attempt.Key, nowTicks))
        {
            attempt.Key = (short)keys.Choose(0, nowTicks, ref _random);
        }

        return attempt.Key >= 0;
    }

    private void Reopen(ref AttemptSlot attempt)
    {
        attempt.Active = true;
        _underWay++;
        TargetAt(attempt.Leaf).Load.Begin();
    }

    private Decision Again(int slot, long wait, AttemptFlags flags, FailureClass reason, long nowTicks)
    {
        ref AttemptSlot attempt = ref SlotAt(slot);
        Target target = TargetAt(attempt.Leaf);

        // A free retry is still the same attempt to the target's health: it keeps its leave, a trial's too.
        // One that waits gets its leave when the wait is over: leaves are in the order of beginning.
        if ((flags & AttemptFlags.FreshConnection) == 0)
        {
            attempt.Admission = wait > 0 ? default : target.Health.Force(AdmissionKind.Normal, nowTicks);
        }

        attempt.Waiting = wait > 0;
        attempt.LastFailure = reason;
        Log(ref attempt, flags, nowTicks + wait);
        return new Decision
        {
            Kind = DecisionKind.Attempt,
            Slot = (byte)slot,
            Target = target,
            KeyIndex = attempt.Key,
            Flags = flags,
            Reason = reason,
            Wait = new TimeSpan(wait),
        };
    }

    private void Log(ref AttemptSlot attempt, AttemptFlags flags, long startTicks)
    {
        attempt.Entry = (byte)Math.Min(_attempts, KeptAttempts - 1);
        _attempts++;
        _entries[attempt.Entry] = new AttemptEntry { Leaf = attempt.Leaf, Flags = flags, StartTicks = startTicks };
    }
}

using System.Numerics;
using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Strategies;
using FastGate.Routing.Targets;
using FastGate.Routing.Timing;

namespace FastGate.Routing.Planning;

// Where the next attempt goes.
public partial struct FallbackCursor
{
    private readonly ulong Candidates(RouteGroup group) => (_chainLength > 0 ? ulong.MaxValue : group.LeafMask) & _eligible & ~_tried;

    /// <summary>
    /// The next target: 1. budgets; 2. the chain in force, by its strategy among the targets that are well, then those whose
    /// share this request is outside of; 3. the rest of the main chain; 4. if nothing was tried yet, the best of those that are
    /// out of rotation, once.
    /// </summary>
    private Decision Advance(int slot, FailureClass reason, long nowTicks)
    {
        // 1.
        if (!_committed && nowTicks >= _deadlineTicks)
        {
            return Finish(StopReason.DeadlineExceeded, reason, slot, nowTicks);
        }

        if (_hops >= _plan.Hops)
        {
            return Finish(StopReason.HopsExhausted, reason, slot, nowTicks);
        }

        // 2.
        AttemptFlags flags = _committed ? AttemptFlags.Continuation : AttemptFlags.None;
        ulong candidates = Candidates(_active);
        if (TrySelect(candidates, shiftedToo: true, flags, reason, nowTicks, out Decision decision))
        {
            return decision;
        }

        // 3.
        ulong others = Candidates(_plan.Root) & ~candidates;
        if (others != 0)
        {
            _active = _plan.Root;
            if (TrySelect(others, shiftedToo: true, flags, reason, nowTicks, out decision))
            {
                return decision;
            }
        }

        // 4.
        if (_attempts == 0 && TryLastChance(candidates | others, nowTicks, out decision))
        {
            return decision;
        }

        return Finish(_hops == 0 ? StopReason.NoTarget : StopReason.Exhausted, reason, slot, nowTicks);
    }

    private bool TrySelect(ulong candidates, bool shiftedToo, AttemptFlags flags, FailureClass reason, long nowTicks, out Decision decision)
    {
        ulong ready = 0;
        ulong shifted = 0;
        for (ulong rest = candidates; rest != 0; rest &= rest - 1)
        {
            int leaf = BitOperations.TrailingZeroCount(rest);
            HealthWord word = TargetAt(leaf).Health.Read();
            if (word.IsPlain)
            {
                ready |= 1UL << leaf;
                continue;
            }

            switch (word.Judge(nowTicks, Dice(leaf)))
            {
                case Availability.Ready or Availability.Trial or Availability.Ramp:
                    ready |= 1UL << leaf;
                    break;
                case Availability.Shifted:
                    shifted |= 1UL << leaf;
                    break;
            }
        }

        return TryStart(ready, flags, reason, nowTicks, out decision)
            || (shiftedToo && TryStart(shifted, flags, reason, nowTicks, out decision));
    }

    private bool TryStart(ulong among, AttemptFlags flags, FailureClass reason, long nowTicks, out Decision decision)
    {
        while (among != 0)
        {
            int leaf = Choose(among, nowTicks);
            among &= ~(1UL << leaf);
            Target target = TargetAt(leaf);
            int key = target.Keys.Choose(0, nowTicks, ref _random);
            HealthWord word = target.Health.Read();
            Availability availability = word.Judge(nowTicks, Dice(leaf));

            // The state may have changed since it was looked at, and a trial may have been taken by another request.
            if (key >= 0 && availability is not (Availability.Out or Availability.Busy)
                && target.Health.TryAdmit(word, availability, nowTicks, out Admission admission))
            {
                decision = Start(leaf, key, admission, flags | (admission.Kind == AdmissionKind.Trial ? AttemptFlags.Trial : 0), reason, nowTicks);
                return true;
            }
        }

        decision = default;
        return false;
    }

    /// <summary>When every target is out of rotation: exactly one attempt, on the one that is to come back first.</summary>
    private bool TryLastChance(ulong candidates, long nowTicks, out Decision decision)
    {
        int best = -1;
        long bestTicks = long.MaxValue;
        for (ulong rest = candidates; rest != 0; rest &= rest - 1)
        {
            int leaf = BitOperations.TrailingZeroCount(rest);
            Target target = TargetAt(leaf);
            HealthWord word = target.Health.Read();

            // A recovering target with its trial under way is nearer to health than any failed one.
            long back = word.State == TargetState.Recovering ? nowTicks : word.UntilTicks;
            back = Math.Max(back, target.Keys.SoonestTicks());
            if (back < bestTicks)
            {
                best = leaf;
                bestTicks = back;
            }
        }

        decision = default;
        if (best < 0)
        {
            return false;
        }

        Target chosen = TargetAt(best);
        _lastChance = true;
        decision = Start(
            best,
            chosen.Keys.ChooseSoonest(),
            chosen.Health.Force(AdmissionKind.LastChance, nowTicks),
            AttemptFlags.LastChance | AttemptFlags.FreshConnection,
            FailureClass.None,
            nowTicks);
        return true;
    }

    private int Choose(ulong among, long nowTicks)
    {
        if (_chainLength > 0 || (among & (among - 1)) == 0)
        {
            return BitOperations.TrailingZeroCount(among);
        }

        ChoiceContext context = new(nowTicks, _shape, ref _random);
        return _active.Choose(among, ref context).Index;
    }

    private Decision Start(int leaf, int key, in Admission admission, AttemptFlags flags, FailureClass reason, long nowTicks)
    {
        int slot = _hops++;
        ref AttemptSlot attempt = ref SlotAt(slot);
        attempt = default;
        attempt.Leaf = (byte)leaf;
        attempt.Key = (short)key;
        attempt.Admission = admission;
        Reopen(ref attempt);
        Log(ref attempt, flags, nowTicks);
        _tried |= _chainLength > 0 ? 1UL << leaf : _plan.Leaves[leaf].TwinMask;
        if (reason != FailureClass.None)
        {
            FallbackReason = reason;
        }

        return new Decision
        {
            Kind = DecisionKind.Attempt,
            Slot = (byte)slot,
            Target = TargetAt(leaf),
            KeyIndex = (short)key,
            Flags = flags,
            Reason = reason,
        };
    }

    /// <summary>This request's throw for a target, in [0, 1000): the same however often it is asked.</summary>
    private readonly int Dice(int leaf) => (int)(RequestRandom.Mix(_diceSeed + (ulong)leaf) % HealthWord.FullShare);
}

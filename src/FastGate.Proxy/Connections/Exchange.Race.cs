using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Proxy.Lanes;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Model;
using FastGate.Routing.Planning;

namespace FastGate.Proxy.Connections;

/// <content>Attempts beside each other: races, and hedges of streams that are slow to begin.</content>
internal sealed partial class Exchange
{
    private bool IsStreamWanted => Scan.IsJson && Scan.Json.Stream;

    // A race begins with the request; a hedge may be due in any wait for a first token. Neither needs anything where there is no second target.
    private bool GoesBeside(RoutePlan plan) =>
        ((plan.RaceWidth > 1 && _cursor.Attempts == 1) || (plan.HedgeAfter > TimeSpan.Zero && IsStreamWanted)) && _cursor.MayStartParallel(NowTicks);

    /// <summary>
    /// Makes the attempt that was decided on, and others beside it. 1. Start it, and with it as many as are to race. 2. Wait for the first
    /// that comes to its end, or for the hedge, which starts another one, or for the deadline of a client without whom they go on. 3. The
    /// first answer wins: it is the current attempt then, and the others are cancelled. One that failed is reported; while others are
    /// under way that is all.
    /// </summary>
    /// <returns>Whether one answered. If none did, all are over and <c>_decision</c> says what is next.</returns>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<bool> RaceAsync(RoutePlan plan)
    {
        // 1.
        bool races = plan.RaceWidth > 1 && _cursor.Attempts == 1;
        bool mayHedge = plan.HedgeAfter > TimeSpan.Zero && IsStreamWanted;
        Lane? clocked = Launch(_signal.Work);
        for (int i = 1; races && i < plan.RaceWidth; i++)
        {
            races = TryLaunchBeside(hedge: false);
        }

        if (OutlivesDeadline && !_letGo)
        {
            _lanes.ArmDeadline(_deadline, _context.StartTick);
        }

        while (true)
        {
            // 2.
            if (_lanes.IsLate && !_lanes.HasHead)
            {
                await LetClientGoAsync().ConfigureAwait(false);
            }

            if (mayHedge && _lanes.UnderWay == 1)
            {
                _lanes.ArmHedge(plan.HedgeAfter);
            }

            // The first attempt speaks to the request's clock itself, the others do not: only one of them can.
            _signal.Work.PauseUnless(clocked is not null);
            Lane? lane = await _lanes.NextAsync().ConfigureAwait(false);
            bool hedges = lane is null && _lanes.HedgeIsDue;
            _lanes.DisarmHedge();
            if (lane is null)
            {
                mayHedge = hedges ? TryLaunchBeside(hedge: true) : mayHedge;
                continue;
            }

            // 3.
            if (lane == clocked)
            {
                clocked = null;
            }
            else if (clocked is null)
            {
                _signal.Work.Resume();
            }

            Take(lane);
            if (Answers(lane))
            {
                _lanes.DisarmDeadline();
                clocked?.Signal.CountFor(null);
                _lanes.Abandon();
                lane.Signal.CountFor(_signal.Work);
                _signal.Work.Resume();
                if (!lane.IsStream)
                {
                    ForgetBeaten(NowTicks);
                }

                return true;
            }

            ReportFailure(lane);
            if (_decision.Kind != DecisionKind.Await)
            {
                _lanes.Abandon();
                _lanes.DisarmDeadline();
                await _lanes.DrainAsync().ConfigureAwait(false);
                _signal.Work.Resume();
                return false;
            }
        }
    }

    // The attempt that was decided on, ready to run in a lane of its own, and current.
    private Lane Prepare(WorkTime? clock, long now)
    {
        Lane lane = _lanes.Free();
        lane.Target = UpstreamTarget.Of(_decision.Target!);
        lane.Decision = _decision;
        lane.StartTicks = now;
        lane.Signal.Begin();
        lane.Signal.CountFor(clock);
        lane.Signal.Limit(OutlivesDeadline ? Timeout.InfiniteTimeSpan : _deadline, _context.StartTick);
        Take(lane);
        WriteRequest(ref lane.Attempt.Request, lane.Target);
        return lane;
    }

    private Lane Launch(WorkTime? clock)
    {
        Lane lane = Prepare(clock, NowTicks);
        _lanes.Start(lane, _context.StartTick);
        return lane;
    }

    private bool TryLaunchBeside(bool hedge)
    {
        Decision beside = _cursor.StartParallel(hedge, NowTicks);
        if (beside.Kind != DecisionKind.Attempt)
        {
            return false;
        }

        _decision = beside;
        Launch(null);
        return true;
    }

    private void Take(Lane lane)
    {
        _lane = lane;
        _attempt = lane.Attempt;
        _upstreamStream = lane.Stream;
        _decision = lane.Decision;
        _attemptStart = lane.StartTicks;
        _context.Target = lane.Target;
        _context.Timeouts = lane.Target!.Provider.Timeouts;
        _context.Attempts = _cursor.Attempts;
        _context.Fallback = _cursor.FallbackReason;
    }

    // Those that another attempt has beaten count neither for nor against their targets; that they had no token yet is noted of streams,
    // so this comes after the winner was reported.
    private void ForgetBeaten(long now)
    {
        if (_lanes.UnderWay > 0)
        {
            _lanes.Forget(ref _cursor, now);
        }
    }

    // The request's octets may be let go of only when nobody reads them any more.
    private async ValueTask LeaveLanesAsync()
    {
        _lanes.Abandon();
        await _lanes.DrainAsync().ConfigureAwait(false);
    }
}

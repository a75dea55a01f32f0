using FastGate.Routing.Outcomes;
using FastGate.Routing.Timing;

namespace FastGate.Routing.Health;

/// <summary>
/// The health of one target (failover.md, 4). Requests read one word; results go into lock-free rings; only what may
/// change a state takes the lock, and a healthy target's successes never do.
/// </summary>
/// <remarks>
/// A <em>hard</em> failure is a row of failures with no success between them: every rule acts at once. A <em>grey</em>
/// one mixes good answers and bad: the state then changes at most once per <see cref="HealthSettings.Damping"/>, while
/// what the target is given changes at once, through its share or by being held out.
/// </remarks>
public sealed partial class TargetHealth
{
    private const long LastSeenResolution = TimeSpan.TicksPerSecond / 10;

    private readonly HealthSettings _settings;
    private readonly IHealthListener? _listener;
    private readonly SignalRing _ring = new();
    private readonly Lock _gate = new();
    private ulong _word = HealthWord.Create(TargetState.Healthy, 0, false, false, HealthWord.FullShare, 0, 0).Bits;

    // Not zero when a success must look at the failures or limits counted in a row.
    private int _suspect;
    private HotCounters _hot;

    /// <summary>Creates the health of a target nothing is known of: healthy.</summary>
    /// <param name="target">The target's name, for changes and incidents.</param>
    /// <param name="settings">The numbers.</param>
    /// <param name="random">Where jitter comes from.</param>
    /// <param name="listener">Who hears of state changes.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public TargetHealth(string target, HealthSettings settings, RandomSource random, IHealthListener? listener = null)
    {
        settings.Validate();
        Target = target;
        _settings = settings;
        _random = random.Next();
        _listener = listener;
        _shares = [.. settings.RecoveryShares];
    }

    /// <summary>The target's name.</summary>
    public string Target { get; }

    /// <summary>The state. One volatile load.</summary>
    public TargetState State => Read().State;

    /// <summary>The part of its normal traffic the target is given, in thousandths: 0 when failed.</summary>
    public int Share => Read().Share;

    /// <summary>Whether a request would not be let through now, whatever the dice say.</summary>
    /// <param name="nowTicks">The time.</param>
    public bool IsOut(long nowTicks) => Read().Judge(nowTicks, 0) is Availability.Out or Availability.Busy;

    internal HealthWord Read() => new(Volatile.Read(ref _word));

    /// <summary>Takes the leave the word promised; fails when another request took the trial first.</summary>
    internal bool TryAdmit(HealthWord seen, Availability availability, long nowTicks, out Admission admission)
    {
        switch (availability)
        {
            case Availability.Trial:
                return TryStartTrial(seen, nowTicks, out admission);
            case Availability.Ramp when nowTicks >= seen.UntilTicks:
                // The pace owed it a request: push the time on. Losing this race only means that two are let through.
                Interlocked.CompareExchange(ref _word, seen.With(held: false, untilTicks: nowTicks + _settings.RecoveryPace.Ticks).Bits, seen.Bits);
                break;
            case Availability.Shifted when seen.State == TargetState.Recovering && seen.Step == 0:
                return TryStartTrial(seen, nowTicks, out admission);
        }

        admission = new Admission(AdmissionKind.Normal, seen.Epoch, NextSequence(nowTicks), nowTicks);
        return true;
    }

    /// <summary>Leave without asking the state: the single attempt made when every target is out, or a retry just earned.</summary>
    internal Admission Force(AdmissionKind kind, long nowTicks) => new(kind, Read().Epoch, NextSequence(nowTicks), nowTicks);

    /// <summary>Takes a result into account.</summary>
    /// <param name="admission">The leave the attempt was made with.</param>
    /// <param name="outcome">What came of it. A rate limit that left no key is <see cref="RecordExhaustedLimit"/>'s.</param>
    /// <param name="credited">
    /// Kept by the attempt between its reports: whether its first token already counted as a recovery step.
    /// </param>
    /// <param name="nowTicks">The time.</param>
    internal void Record(in Admission admission, in Outcome outcome, ref bool credited, long nowTicks)
    {
        long second = SignalRing.SecondOf(nowTicks);
        if ((outcome.Flags & OutcomeFlags.ClientGone) != 0)
        {
            Abandon(admission, beatenStream: false, nowTicks);
            return;
        }

        if (outcome.Class != FailureClass.None)
        {
            RecordFailure(admission, outcome, second, nowTicks);
            return;
        }

        if (outcome.FirstToken is TimeSpan firstToken)
        {
            _ring.AddFirstToken(second, firstToken.Ticks);
        }

        bool finished = (outcome.Flags & OutcomeFlags.FirstToken) == 0;
        if (finished)
        {
            _ring.AddSuccess(second);
            if (outcome.Duration is TimeSpan duration)
            {
                _ring.AddDuration(second, duration.Ticks);
            }

            // Not at every result: the line is shared, and a tenth of a second is near enough for the probes' schedule.
            if (nowTicks - Volatile.Read(ref _hot.LastResultTicks) >= LastSeenResolution)
            {
                Volatile.Write(ref _hot.LastResultTicks, nowTicks);
            }
        }

        if (Volatile.Read(ref _suspect) != 0 || Read().State >= TargetState.Failed)
        {
            RecordSuccessSlowly(admission, ref credited, nowTicks);
        }

        if (nowTicks >= Volatile.Read(ref _hot.NextEvaluationTicks))
        {
            Tick(nowTicks);
        }
    }

    /// <summary>
    /// A rate limit that left the target without a usable key: it is held out until one is, and failed when that happens
    /// <see cref="HealthSettings.ConsecutiveFailures"/> times in a row.
    /// </summary>
    /// <param name="admission">The leave the attempt was made with.</param>
    /// <param name="retryAfter">What the provider asked to wait; null when it did not say.</param>
    /// <param name="untilTicks">When the first key is free again.</param>
    /// <param name="nowTicks">The time.</param>
    internal void RecordExhaustedLimit(in Admission admission, TimeSpan? retryAfter, long untilTicks, long nowTicks)
    {
        _ring.AddResult(SignalRing.SecondOf(nowTicks), FailureClass.RateLimited, counts: false);
        lock (_gate)
        {
            OnExhaustedLimit(admission, retryAfter, untilTicks, nowTicks);
        }
    }

    /// <summary>Takes the result of an active probe into account.</summary>
    /// <param name="failure">Its class; <see cref="FailureClass.None"/> is success.</param>
    /// <param name="nowTicks">The time.</param>
    public void RecordProbe(FailureClass failure, long nowTicks)
    {
        lock (_gate)
        {
            OnProbe(failure, nowTicks);
        }
    }

    /// <summary>
    /// Gives back a leave whose attempt was given up before it said anything: the client went, or another attempt won. A stream
    /// beaten by a hedge says one thing all the same: that its first token takes longer than this. Without it a silent target
    /// whose every request is rescued by a hedge would look well.
    /// </summary>
    /// <param name="admission">The leave.</param>
    /// <param name="beatenStream">Whether it was a stream without a token yet, beaten by another attempt.</param>
    /// <param name="nowTicks">The time.</param>
    internal void Abandon(in Admission admission, bool beatenStream, long nowTicks)
    {
        lock (_gate)
        {
            _row.Forget(admission.Sequence);
            ReleaseTrial(admission);
            long waited = nowTicks - admission.StartTicks;
            if (beatenStream && _baseline.Ticks > 0 && waited > _baseline.Ticks)
            {
                _ring.AddFirstToken(SignalRing.SecondOf(nowTicks), waited);
            }
        }
    }

    /// <summary>
    /// Looks at rates, percentiles and times that are due. Results call it by the way ten times a second; a timer should
    /// call it about as often for targets without traffic. Cheap when nothing is due.
    /// </summary>
    /// <param name="nowTicks">The time.</param>
    public void Tick(long nowTicks)
    {
        if (nowTicks < Volatile.Read(ref _hot.NextEvaluationTicks))
        {
            return;
        }

        lock (_gate)
        {
            if (nowTicks >= _hot.NextEvaluationTicks)
            {
                Evaluate(nowTicks);
            }
        }
    }

    private long NextSequence(long nowTicks)
    {
        _ring.AddBegun(SignalRing.SecondOf(nowTicks));
        return Interlocked.Increment(ref _hot.Sequence);
    }

    private void RecordFailure(in Admission admission, in Outcome outcome, long second, long nowTicks)
    {
        // News from before a recovery is kept for the record and judged by nobody.
        _ring.AddResult(second, outcome.Class, counts: admission.StartTicks >= Volatile.Read(ref _evidenceFromTicks));
        switch (FailureClasses.Signal(outcome.Class))
        {
            case HealthSignal.Failure:
                Volatile.Write(ref _hot.LastResultTicks, nowTicks);
                lock (_gate)
                {
                    OnFailure(admission, outcome.Class, outcome.RetryAfter, nowTicks);
                    if (nowTicks >= _hot.NextEvaluationTicks)
                    {
                        Evaluate(nowTicks);
                    }
                }

                break;
            default:
                // An answer that says nothing about the target ends a trial without a verdict; the next request tries again.
                if (admission.Kind == AdmissionKind.Trial)
                {
                    lock (_gate)
                    {
                        ReleaseTrial(admission);
                    }
                }

                break;
        }
    }

    private void RecordSuccessSlowly(in Admission admission, ref bool credited, long nowTicks)
    {
        lock (_gate)
        {
            EndSuspicion(admission);
            if (!credited && admission.StartTicks >= _evidenceFromTicks)
            {
                credited = OnSignOfLife(admission, nowTicks);
            }
        }
    }
}

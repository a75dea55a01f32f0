using FastGate.Routing.Outcomes;
using FastGate.Routing.Timing;

namespace FastGate.Routing.Health;

// Everything here runs under the lock. The word alone is also written without it, by a request pushing on the time at which a
// recovering target is next owed one; to lose that to a change made here is no harm.
public sealed partial class TargetHealth
{
    private const long MinimumCooldownTicks = TimeSpan.TicksPerSecond / 10;
    private const int IsolatedFailuresOfGrey = 2;
    private const int IsolatedFailureSeconds = 10;

    private readonly int[] _shares;
    private RequestRandom _random;
    private FailureRow _row;
    private int _probeFailuresInARow;
    private long _rowStartTicks;
    private long _firstFailureTicks;
    private long _lastFailureTicks;
    private long _lastChangeTicks = long.MinValue / 2;
    private long _evidenceFromTicks;
    private long _windowFromSecond;
    private long _healthySinceTicks;
    private long _greyUntilTicks;
    private long _limitHeldTicks;
    private long _relapseUntilTicks;
    private long _wellSinceTicks;
    private int _relapses;
    private int _doublings;
    private int _stepSuccesses;
    private bool _successSinceFailed;
    private bool _failWhenReleased;
    private HealthRule _ruleWhenReleased;
    private FailureClass _lastClass;
    private Incident? _incident;
    private PendingIncident _pending;

    private bool Grey => _incident?.Grey ?? false;

    /// <summary>
    /// All steps taken, and only the damping keeps the state from being healthy: from here on it is judged like one that is, or
    /// a target with the few errors everybody has would never get back.
    /// </summary>
    private bool HasReturned => _stepSuccesses >= _settings.SuccessesPerStep && Read().Step == _shares.Length - 1;

    private bool TryStartTrial(HealthWord seen, long nowTicks, out Admission admission)
    {
        lock (_gate)
        {
            HealthWord word = Read();
            if (word.Bits == seen.Bits)
            {
                if (word.State == TargetState.Failed)
                {
                    ToRecovering(nowTicks, HealthRule.CooldownOver);
                    word = Read();
                }

                Store(word.With(trial: true, held: false, untilTicks: nowTicks + _settings.TrialLease.Ticks));
                _trialStartTicks = nowTicks;
                admission = new Admission(AdmissionKind.Trial, word.Epoch, NextSequence(nowTicks), nowTicks);
                return true;
            }
        }

        admission = default;
        return false;
    }

    private void ReleaseTrial(in Admission admission)
    {
        HealthWord word = Read();
        if (admission.Kind == AdmissionKind.Trial && word.Epoch == admission.Epoch && word.State == TargetState.Recovering && word.TrialUnderWay)
        {
            Store(word.With(trial: false, untilTicks: _trialStartTicks + _settings.RecoveryPace.Ticks));
        }
    }

    /// <summary>A success, be it a first token, ends a suspicion older than its attempt; one begun earlier says nothing about now.</summary>
    private void EndSuspicion(in Admission admission)
    {
        if (admission.StartTicks >= _lastFailureTicks && _probeFailuresInARow == 0)
        {
            Volatile.Write(ref _suspect, 0);
        }
    }

    /// <summary>Counts a success towards recovery.</summary>
    /// <returns>Whether it counted.</returns>
    private bool OnSignOfLife(in Admission admission, long nowTicks)
    {
        HealthWord word = Read();
        switch (word.State)
        {
            case TargetState.Recovering:
                ReleaseTrial(admission);
                StepUp(nowTicks);
                return true;
            case TargetState.Failed when admission.StartTicks >= _lastChangeTicks:
                return TryRevive(nowTicks);
            default:
                return false;
        }
    }

    /// <summary>A failed target showed life without having been given a trial: by a probe, or as the last chance of a request.</summary>
    private bool TryRevive(long nowTicks)
    {
        if (Grey && !MayChange(nowTicks))
        {
            return false;
        }

        ToRecovering(nowTicks, HealthRule.SignOfLife);
        StepUp(nowTicks);
        return true;
    }

    private void StepUp(long nowTicks)
    {
        HealthWord word = Read();
        _successSinceFailed = true;
        if (++_stepSuccesses != _settings.SuccessesPerStep)
        {
            return;
        }

        // What was measured while ill must not make it ill again: the window begins anew.
        _windowFromSecond = SignalRing.SecondOf(nowTicks) + 1;
        if (word.Step + 1 < _shares.Length)
        {
            _stepSuccesses = 0;
            Store(word.With(trial: false, held: false, step: word.Step + 1, share: _shares[word.Step + 1], untilTicks: nowTicks));
        }
        else
        {
            _wellSinceTicks = nowTicks;
            if (!Grey || IsSettled(nowTicks))
            {
                ToHealthy(nowTicks);
            }
        }
    }

    private void OnFailure(in Admission admission, FailureClass failure, TimeSpan? retryAfter, long nowTicks)
    {
        if (admission.StartTicks < _evidenceFromTicks)
        {
            return;
        }

        NoteFailure(failure, nowTicks);
        switch (Read().State)
        {
            case TargetState.Recovering when !HasReturned:
                OnTrialFailed(failure, retryAfter, nowTicks);
                break;
            case TargetState.Healthy or TargetState.Degraded or TargetState.Recovering:
                int row = LengthenRow(admission, nowTicks);
                if (row >= _settings.ConsecutiveFailures)
                {
                    OnHardSignal(failure, HealthRule.FailuresInARow, row, retryAfter, nowTicks);
                }

                break;
        }
    }

    private void OnExhaustedLimit(in Admission admission, TimeSpan? retryAfter, long untilTicks, long nowTicks)
    {
        if (admission.StartTicks < _evidenceFromTicks)
        {
            return;
        }

        NoteFailure(FailureClass.RateLimited, nowTicks);
        HealthWord word = Read();
        switch (word.State)
        {
            case TargetState.Recovering when !HasReturned:
                OnTrialFailed(FailureClass.RateLimited, retryAfter, nowTicks);
                break;
            case TargetState.Healthy or TargetState.Degraded or TargetState.Recovering:
                int row = LengthenRow(admission, nowTicks);
                if (row >= _settings.ConsecutiveFailures)
                {
                    OnHardSignal(FailureClass.RateLimited, HealthRule.RateLimited, row, retryAfter, nowTicks);
                }
                else if (untilTicks > nowTicks && (!word.Held || untilTicks > word.UntilTicks))
                {
                    _limitHeldTicks = row == 1 ? nowTicks : _limitHeldTicks;
                    long latest = nowTicks + _settings.MaximumRetryAfter.Ticks;
                    Store(word.With(held: true, untilTicks: Math.Min(untilTicks, latest)));
                }

                break;
        }
    }

    private void OnProbe(FailureClass failure, long nowTicks)
    {
        _lastProbeTicks = nowTicks;
        HealthSignal signal = FailureClasses.Signal(failure);
        HealthWord word = Read();
        TargetState state = word.State;
        if (signal == HealthSignal.Success)
        {
            _ring.AddProbeSuccess(SignalRing.SecondOf(nowTicks));
            _probeFailuresInARow = 0;
            Volatile.Write(ref _suspect, 0);

            if (state == TargetState.Failed)
            {
                TryRevive(nowTicks);
            }
            else if (state == TargetState.Recovering && !word.Held)
            {
                StepUp(nowTicks);
            }
        }
        else if (signal == HealthSignal.Failure)
        {
            NoteFailure(failure, nowTicks);
            Volatile.Write(ref _suspect, 1);
            _probeFailuresInARow++;
            if (state == TargetState.Recovering)
            {
                // While it is held out, a probe must not put off the trial that is due at the hold's end.
                if (!word.Held || nowTicks >= word.UntilTicks)
                {
                    OnTrialFailed(failure, null, nowTicks);
                }
            }
            else if (state != TargetState.Failed && _probeFailuresInARow >= _settings.ConsecutiveProbeFailures)
            {
                OnHardSignal(failure, HealthRule.ProbesFailed, 0, null, nowTicks);
            }
        }
    }

    private int LengthenRow(in Admission admission, long nowTicks)
    {
        int length = _row.Add(admission.Sequence);
        if (length == 1)
        {
            _rowStartTicks = nowTicks;
        }

        Volatile.Write(ref _suspect, 1);
        return length;
    }

    private void NoteFailure(FailureClass failure, long nowTicks)
    {
        if (nowTicks - _lastFailureTicks > _settings.Window.Ticks || _firstFailureTicks == 0)
        {
            _firstFailureTicks = nowTicks;
            if (_incident is null)
            {
                ForgetPending();
            }
        }

        _lastFailureTicks = nowTicks;
        _lastClass = failure;
    }

    /// <summary>A signal that takes the target out at once; the state follows later where it may not change yet.</summary>
    private void OnHardSignal(FailureClass failure, HealthRule rule, int row, TimeSpan? retryAfter, long nowTicks)
    {
        HealthWord word = Read();
        if (word.State == TargetState.Recovering)
        {
            OnTrialFailed(failure, retryAfter, nowTicks);
            return;
        }

        // A target that is, or a moment ago was, in a grey failure has rows of failures by chance.
        bool grey = word.State == TargetState.Degraded || nowTicks < _greyUntilTicks;
        if (grey && !MayChange(nowTicks))
        {
            // Held a little longer than the damping lasts: the evaluation that fails it then comes up to a tenth of a second late.
            _failWhenReleased = true;
            _ruleWhenReleased = rule;
            Store(word.With(held: true, untilTicks: _lastChangeTicks + _settings.Damping.Ticks + (2 * EvaluationInterval)));
            return;
        }

        long second = SignalRing.SecondOf(nowTicks);
        long isolated = _ring.Results(Math.Max(second - IsolatedFailureSeconds + 1, _windowFromSecond), second).Failed - row;

        // Of failed probes it is not known whether the requests' failures are isolated or of the same row.
        bool mixed = rule != HealthRule.ProbesFailed && isolated >= IsolatedFailuresOfGrey;
        ToFailed(failure, rule, retryAfter, grey || mixed, nowTicks);
    }

    private void OnTrialFailed(FailureClass failure, TimeSpan? retryAfter, long nowTicks)
    {
        // Bad answers after good ones: a grey failure, whatever it began as.
        bool grey = Grey || _successSinceFailed;
        if (!grey || MayImprove(nowTicks))
        {
            _relapses += grey ? 1 : 0;
            ToFailed(failure, HealthRule.TrialFailed, retryAfter, grey, nowTicks);
            return;
        }

        _incident!.Grey = true;
        _stepSuccesses = 0;
        _evidenceFromTicks = nowTicks;
        long until = nowTicks + NextCooldownTicks(retryAfter);
        Store(Read().With(trial: false, held: true, step: 0, share: _shares[0], untilTicks: until));
    }

    private void ToFailed(FailureClass failure, HealthRule rule, TimeSpan? retryAfter, bool grey, long nowTicks)
    {
        HealthWord word = Read();
        if (word.State == TargetState.Healthy && nowTicks - _healthySinceTicks >= _settings.CooldownMemory.Ticks)
        {
            _doublings = 0;
        }

        NoteRelapse(word, nowTicks);
        OpenIncident(failure, rule, grey, nowTicks);
        long cooldown = NextCooldownTicks(retryAfter);
        if (Grey)
        {
            cooldown = Math.Max(cooldown, _settings.Damping.Ticks);
        }

        _row.Clear();
        _probeFailuresInARow = 0;
        _successSinceFailed = false;
        _failWhenReleased = false;
        Change(TargetState.Failed, 0, nowTicks + cooldown, failure, rule, nowTicks);
    }

    private void ToDegraded(HealthRule rule, int share, long nowTicks)
    {
        NoteRelapse(Read(), nowTicks);
        OpenIncident(_lastClass, rule, grey: true, nowTicks);
        Change(TargetState.Degraded, share, 0, _lastClass, rule, nowTicks);
    }

    private void ToRecovering(long nowTicks, HealthRule rule)
    {
        _stepSuccesses = 0;
        _evidenceFromTicks = nowTicks;
        Volatile.Write(ref _suspect, 0);
        Change(TargetState.Recovering, _shares[0], nowTicks, FailureClass.None, rule, nowTicks);
    }

    private void ToHealthy(long nowTicks)
    {
        _row.Clear();
        _probeFailuresInARow = 0;
        _rateHeldSinceTicks = 0;
        _failWhenReleased = false;
        _healthySinceTicks = nowTicks;
        _firstFailureTicks = 0;
        Volatile.Write(ref _suspect, 0);
        Change(TargetState.Healthy, HealthWord.FullShare, 0, FailureClass.None, HealthRule.Recovered, nowTicks);
        CloseIncident(nowTicks);
    }

    private void Change(TargetState to, int share, long untilTicks, FailureClass cause, HealthRule rule, long nowTicks)
    {
        HealthWord word = Read();
        _lastChangeTicks = nowTicks;
        _rateHeldSinceTicks = 0;
        if (_incident is not null)
        {
            _incident.StateChanges++;
        }

        Store(HealthWord.Create(to, 0, false, false, share, word.Epoch + 1, untilTicks));
        _listener?.StateChanged(new StateChange(Target, word.State, to, nowTicks, cause, rule));
    }

    private void NoteRelapse(HealthWord word, long nowTicks)
    {
        if (word.State == TargetState.Healthy)
        {
            _relapses = nowTicks < _relapseUntilTicks ? _relapses + 1 : 0;
        }
    }

    private long ImprovementDampingTicks =>
        Math.Max(_settings.Damping.Ticks, Math.Min(_settings.Damping.Ticks << Math.Min(_relapses, 20), _settings.MaximumDamping.Ticks));

    /// <summary>Whether a change for the better may be shown, or one for the worse after what only looked better.</summary>
    private bool MayImprove(long nowTicks) => nowTicks - _lastChangeTicks >= ImprovementDampingTicks;

    /// <summary>Whether a target back at its full share may be called healthy.</summary>
    private bool IsSettled(long nowTicks) => MayImprove(nowTicks) && (_relapses == 0 || nowTicks - _wellSinceTicks >= ImprovementDampingTicks / 2);

    private bool MayChange(long nowTicks) => nowTicks - _lastChangeTicks >= _settings.Damping.Ticks;

    private long NextCooldownTicks(TimeSpan? retryAfter)
    {
        long doubled = Math.Min(_settings.Cooldown.Ticks << Math.Min(_doublings, 20), _settings.MaximumCooldown.Ticks);
        _doublings = Math.Min(_doublings + 1, 20);
        if (retryAfter is TimeSpan asked)
        {
            return Math.Clamp(asked.Ticks, MinimumCooldownTicks, _settings.MaximumRetryAfter.Ticks);
        }

        double jitter = 1 + (_settings.CooldownJitter * ((2 * _random.NextDouble()) - 1));
        return Math.Min((long)(doubled * jitter), _settings.MaximumCooldown.Ticks);
    }

    private void Store(HealthWord word) => Interlocked.Exchange(ref _word, word.Bits);
}

namespace FastGate.Routing.Health;

// The probabilistic signals, looked at ten times a second at most. Everything here runs under the lock.
public sealed partial class TargetHealth
{
    private const long EvaluationInterval = TimeSpan.TicksPerSecond / 10;

    private LatencyBaseline _baseline;
    private long _rateHeldSinceTicks;
    private long _trialStartTicks;
    private long _lastProbeTicks;
    private int _recentOk;
    private int _recentFailed;

    /// <summary>Results of the window as of the last evaluation, for strategies that weigh them.</summary>
    internal (int Ok, int Failed) Recent => (Volatile.Read(ref _recentOk), Volatile.Read(ref _recentFailed));

    private void Evaluate(long nowTicks)
    {
        Volatile.Write(ref _hot.NextEvaluationTicks, nowTicks + EvaluationInterval);
        long second = SignalRing.SecondOf(nowTicks);
        long from = Math.Max(second - (_settings.Window.Ticks / TimeSpan.TicksPerSecond) + 1, _windowFromSecond);
        (long ok, long failed) = _ring.Results(from, second);
        Volatile.Write(ref _recentOk, (int)ok);
        Volatile.Write(ref _recentFailed, (int)failed);
        long attempts = _ring.Attempts(from, second);

        HealthWord word = Read();
        switch (word.State)
        {
            case TargetState.Healthy or TargetState.Degraded when _failWhenReleased:
                if (MayChange(nowTicks))
                {
                    ToFailed(_lastClass, _ruleWhenReleased, null, grey: true, nowTicks);
                }

                break;
            case TargetState.Healthy:
                EvaluateHealthy(word, attempts, failed, from, second, nowTicks);
                break;
            case TargetState.Degraded:
                EvaluateDegraded(word, attempts, failed, from, second, nowTicks);
                break;
            case TargetState.Recovering when HasReturned:
                EvaluateReturned(word, attempts, failed, from, second, nowTicks);
                break;
        }
    }

    private void EvaluateHealthy(HealthWord word, long attempts, long failed, long from, long second, long nowTicks)
    {
        double rate = Rate(attempts, failed);
        double slowness = Slowness(from, second, out long p95);
        bool slow = slowness > _settings.DegradedLatencyFactor;
        if (FailedByRate(rate, nowTicks) && MayChange(nowTicks))
        {
            ToFailed(_lastClass, HealthRule.ErrorRate, null, grey: true, nowTicks);
        }
        else if (rate >= _settings.DegradedErrorRate || slow)
        {
            int share = ShareFor(rate, slowness);
            if (MayChange(nowTicks))
            {
                if (_firstFailureTicks == 0)
                {
                    _firstFailureTicks = nowTicks;
                }

                ToDegraded(slow && rate < _settings.DegradedErrorRate ? HealthRule.Latency : HealthRule.ErrorRate, share, nowTicks);
            }
            else
            {
                SetShare(word, share);
            }
        }
        else
        {
            SetShare(word, HealthWord.FullShare);
            if (p95 > 0)
            {
                _baseline.Follow(p95, healthy: true, nowTicks, _settings.BaselineAdaptation.Ticks);
            }
        }
    }

    private void EvaluateDegraded(HealthWord word, long attempts, long failed, long from, long second, long nowTicks)
    {
        double rate = Rate(attempts, failed);
        double slowness = Slowness(from, second, out long p95);
        if (FailedByRate(rate, nowTicks) && MayChange(nowTicks))
        {
            ToFailed(_lastClass, HealthRule.ErrorRate, null, grey: true, nowTicks);
        }
        else if (MayImprove(nowTicks) && HasRecovered(attempts, failed, second, nowTicks))
        {
            _windowFromSecond = second + 1;
            ToHealthy(nowTicks);
        }
        else
        {
            if (p95 > 0)
            {
                _baseline.Follow(p95, healthy: false, nowTicks, _settings.BaselineAdaptation.Ticks);
            }

            SetShare(word, ShareFor(rate, slowness));
        }
    }

    /// <summary>All steps of the return are taken and only the name is missing: judged like a healthy target, and healthy once it has been well for long enough.</summary>
    private void EvaluateReturned(HealthWord word, long attempts, long failed, long from, long second, long nowTicks)
    {
        double rate = Rate(attempts, failed);
        double slowness = Slowness(from, second, out _);
        if (FailedByRate(rate, nowTicks))
        {
            OnTrialFailed(_lastClass, null, nowTicks);
        }
        else if (rate >= _settings.DegradedErrorRate || slowness > _settings.DegradedLatencyFactor)
        {
            _wellSinceTicks = nowTicks;
            SetShare(word, ShareFor(rate, slowness));
        }
        else
        {
            SetShare(word, HealthWord.FullShare);
            if (!Grey || IsSettled(nowTicks))
            {
                ToHealthy(nowTicks);
            }
        }
    }

    private double Rate(long attempts, long failed) =>
        attempts < _settings.MinimumSamples || failed < _settings.MinimumFailures ? 0 : failed / (double)attempts;

    private double Slowness(long from, long second, out long p95)
    {
        p95 = _ring.FirstTokenPercentile(0.95, from, second, out long samples);
        if (samples < _settings.MinimumSamples)
        {
            p95 = 0;
            return 1;
        }

        double ratio = _baseline.Ratio(p95, _settings.MinimumLatencyRise.Ticks);
        if (ratio <= _settings.DegradedLatencyFactor)
        {
            return ratio;
        }

        // Of few samples the 95th percentile is one or two of them.
        long limit = (long)(_baseline.Ticks * _settings.DegradedLatencyFactor);
        return _ring.FirstTokensBeyond(limit, from, second) < _settings.MinimumFailures ? 1 : ratio;
    }

    private bool FailedByRate(double rate, long nowTicks)
    {
        if (rate < _settings.FailedErrorRate)
        {
            _rateHeldSinceTicks = 0;
            return false;
        }

        if (_rateHeldSinceTicks == 0)
        {
            _rateHeldSinceTicks = nowTicks;
        }

        // The hold is counted whether or not the state may change yet.
        return nowTicks - _rateHeldSinceTicks >= _settings.FailedRateHold.Ticks;
    }

    /// <summary>
    /// Under half of every threshold over the recovery time; with too few results there, over the whole window once the
    /// target has been degraded for as long.
    /// </summary>
    private bool HasRecovered(long attempts, long failed, long second, long nowTicks)
    {
        long from = second - (_settings.DegradedRecovery.Ticks / TimeSpan.TicksPerSecond) + 1;
        long seen = _ring.Attempts(from, second);
        long recentFailed = _ring.Results(from, second).Failed;
        if (seen < _settings.MinimumSamples)
        {
            if (nowTicks - _lastChangeTicks < _settings.Window.Ticks)
            {
                return false;
            }

            from = second - (_settings.Window.Ticks / TimeSpan.TicksPerSecond) + 1;
            (seen, recentFailed) = (attempts, failed);
        }

        if (seen == 0)
        {
            return _ring.ProbeSuccesses(from, second) > 0 && _probeFailuresInARow == 0;
        }

        long p95 = _ring.FirstTokenPercentile(0.95, from, second, out long samples);
        return recentFailed < _settings.DegradedErrorRate / 2 * seen
            && (samples == 0 || _baseline.Ratio(p95, _settings.MinimumLatencyRise.Ticks) <= _settings.DegradedLatencyFactor / 2);
    }

    /// <summary>The share shrinks in proportion: to nothing at the failed rate, and as the first token gets slower; never below the minimum.</summary>
    private int ShareFor(double rate, double slowness)
    {
        double byErrors = rate >= _settings.DegradedErrorRate ? 1 - (rate / _settings.FailedErrorRate) : 1;
        double bySlowness = slowness > _settings.DegradedLatencyFactor / 2 ? _settings.DegradedLatencyFactor / 2 / slowness : 1;
        double share = Math.Max(Math.Min(byErrors, bySlowness), _settings.MinimumDegradedShare);
        return (int)(share * HealthWord.FullShare);
    }

    private void SetShare(HealthWord word, int share)
    {
        if (word.Share != share)
        {
            Store(word.With(share: share));
        }
    }
}

namespace FastGate.Routing.Health;

/// <summary>
/// What is normal for a target: its p95 first-token time, followed slowly while it is healthy. A mutable value used under
/// the owner's lock.
/// </summary>
internal struct LatencyBaseline
{
    // The first minute learns faster: the first window is small, and its p95 mostly luck.
    private const long LearningTicks = 60 * TimeSpan.TicksPerSecond;
    private const long LearningTimeConstant = 10 * TimeSpan.TicksPerSecond;

    // An ill target pulls its own baseline along six times more slowly: for good if the provider has become slower for good.
    private const int IllnessSlowdown = 6;

    private long _sinceTicks;
    private long _updatedTicks;
    private double _ticks;

    /// <summary>The baseline in ticks; 0 until there was a first window.</summary>
    internal readonly long Ticks => (long)_ticks;

    internal void Follow(long p95Ticks, bool healthy, long nowTicks, long adaptationTicks)
    {
        if (_ticks == 0)
        {
            _ticks = p95Ticks;
            _sinceTicks = _updatedTicks = nowTicks;
            return;
        }

        double constant = nowTicks - _sinceTicks < LearningTicks ? LearningTimeConstant : adaptationTicks;
        if (!healthy)
        {
            constant = (double)adaptationTicks * IllnessSlowdown;
        }

        double weight = 1 - Math.Exp(-(nowTicks - _updatedTicks) / constant);
        _ticks += (p95Ticks - _ticks) * weight;
        _updatedTicks = nowTicks;
    }

    /// <summary>How often the baseline goes into the p95; 1 where nothing is known or the rise is too small to matter.</summary>
    internal readonly double Ratio(long p95Ticks, long minimumRiseTicks) =>
        _ticks == 0 || p95Ticks - _ticks < minimumRiseTicks ? 1 : p95Ticks / _ticks;
}

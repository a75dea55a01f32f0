using FastGate.Routing.Outcomes;

namespace FastGate.Routing.Health;

/// <summary>What a target's window holds: for status pages, not for decisions.</summary>
public sealed record HealthWindow
{
    /// <summary>Answers in the window.</summary>
    public required long Succeeded { get; init; }

    /// <summary>Failures in the window that count as ill health.</summary>
    public required long Failed { get; init; }

    /// <summary>Results per class; index by <see cref="FailureClass"/>.</summary>
    public required IReadOnlyList<long> ByClass { get; init; }

    /// <summary>Median first-token time; zero without samples.</summary>
    public required TimeSpan FirstTokenP50 { get; init; }

    /// <summary>95th percentile of the first-token time; zero without samples.</summary>
    public required TimeSpan FirstTokenP95 { get; init; }

    /// <summary>What the p95 is compared with; zero until known.</summary>
    public required TimeSpan FirstTokenBaseline { get; init; }

    /// <summary>Mean duration of an answer; zero without samples.</summary>
    public required TimeSpan MeanDuration { get; init; }
}

public sealed partial class TargetHealth
{
    /// <summary>The window as it stands. Allocates; for the control plane.</summary>
    /// <param name="nowTicks">The time.</param>
    public HealthWindow Window(long nowTicks)
    {
        long second = SignalRing.SecondOf(nowTicks);
        long from = second - (_settings.Window.Ticks / TimeSpan.TicksPerSecond) + 1;
        (long ok, long failed) = _ring.Results(from, second);
        long[] classes = new long[FailureClasses.Count];
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = _ring.ResultsOf((FailureClass)i, from, second);
        }

        lock (_gate)
        {
            return new HealthWindow
            {
                Succeeded = ok,
                Failed = failed,
                ByClass = classes,
                FirstTokenP50 = new TimeSpan(_ring.FirstTokenPercentile(0.5, from, second, out _)),
                FirstTokenP95 = new TimeSpan(_ring.FirstTokenPercentile(0.95, from, second, out _)),
                FirstTokenBaseline = new TimeSpan(_baseline.Ticks),
                MeanDuration = _ring.MeanDuration(from, second),
            };
        }
    }

    /// <summary>What the probe schedule needs to know.</summary>
    public ProbeFacts ProbeFacts()
    {
        lock (_gate)
        {
            return new ProbeFacts(Read().State, Volatile.Read(ref _suspect) != 0, _lastFailureTicks, _hot.LastResultTicks, _lastProbeTicks, _baseline.Ticks);
        }
    }
}

using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;

namespace FastGate.Outages.Simulation;

/// <summary>The numbers of one simulated outage of the target <see cref="KnownOutages.Sick"/>.</summary>
internal sealed record OutageResult
{
    /// <summary>Slices of time in <see cref="ShareOverTime"/> and <see cref="IllnessOverTime"/>.</summary>
    internal const int Slices = 240;

    internal required string Name { get; init; }

    internal required int Seed { get; init; }

    internal required int Requests { get; init; }

    internal required int ClientErrors { get; init; }

    /// <summary>From the first failure the gateway saw to the target losing all or part of its traffic.</summary>
    internal required TimeSpan Detection { get; init; }

    /// <summary>The fraction of calls the target failed by then.</summary>
    internal required double IllnessAtDetection { get; init; }

    /// <summary>Failed attempts until then.</summary>
    internal required int FailedBeforeDetection { get; init; }

    /// <summary>Failed attempts on the sick target in the whole outage.</summary>
    internal required int AttemptsOnSick { get; init; }

    /// <summary>Attempts beyond one a request.</summary>
    internal required int AddedAttempts { get; init; }

    /// <summary>First failure to the first request, having failed there, answered elsewhere.</summary>
    internal required TimeSpan RouteBack { get; init; }

    /// <summary>End of the outage to healthy.</summary>
    internal required TimeSpan TargetBack { get; init; }

    /// <summary>Times it was taken for healthy during the outage after having been found ill.</summary>
    internal required int Flaps { get; init; }

    internal required int StateChanges { get; init; }

    internal required TimeSpan ShortestBetweenChanges { get; init; }

    /// <summary>The most failed attempts on the sick target within a second, once it was out.</summary>
    internal required int LongestTrialBurst { get; init; }

    internal required TimeSpan FirstTokenP50 { get; init; }

    internal required TimeSpan FirstTokenP99 { get; init; }

    /// <summary>Requests that came while it lasted.</summary>
    internal required int RequestsMeanwhile { get; init; }

    /// <summary>When it began, ended, and when the simulation did, in seconds.</summary>
    internal required (double From, double To, double End) Times { get; init; }

    /// <summary>Of the requests in equal slices of time, the fraction that the sick target was asked.</summary>
    internal required double[] ShareOverTime { get; init; }

    /// <summary>In the same slices, the fraction of calls the sick target would have failed.</summary>
    internal required double[] IllnessOverTime { get; init; }

    /// <summary>The sick target's states and since when, in seconds.</summary>
    internal required IReadOnlyList<(double Second, TargetState State)> States { get; init; }

    internal static OutageResult Of(string name, RoutingSimulation simulation, SimulatedProvider sick, double from, double to, double end)
    {
        StateChange[] changes = [.. simulation.ChangesOf(sick.Target)];
        double[] at = [.. changes.Select(change => simulation.SecondOf(change.AtTicks))];
        Incident? first = simulation.IncidentsOf(sick.Target).FirstOrDefault(incident => simulation.SecondOf(incident.FirstFailureTicks) >= from - 1);
        double detected = first is null ? double.PositiveInfinity : simulation.SecondOf(first.OutOfRotationTicks);
        double back = at.Where((second, i) => second >= to && changes[i].To == TargetState.Healthy).DefaultIfEmpty(double.PositiveInfinity).First();
        if (simulation.StateAt(sick.Target, to) == TargetState.Healthy)
        {
            back = to;
        }

        double[] failures = [.. sick.Attempts.Where(a => a.Failure != FailureClass.None && a.Second > detected + 0.5 && a.Second < to).Select(a => a.Second)];
        double[] firstTokens = [.. simulation.FirstTokens.Where(t => t.Second >= from && t.Second < to).Select(t => t.Ms).Order()];
        return new OutageResult
        {
            Name = name,
            Seed = simulation.Seed,
            Requests = simulation.Requests,
            ClientErrors = simulation.Failed,
            Detection = first?.Detection ?? TimeSpan.MaxValue,
            IllnessAtDetection = sick.FailingAt(detected),
            FailedBeforeDetection = sick.FailedBetween(from, detected),
            AttemptsOnSick = sick.FailedBetween(from, to),
            AddedAttempts = simulation.Attempts - simulation.Requests,
            RouteBack = first?.RouteRecovery ?? TimeSpan.MaxValue,
            TargetBack = double.IsInfinity(back) ? TimeSpan.MaxValue : TimeSpan.FromSeconds(back - to),
            Flaps = changes.Where((change, i) => change.To == TargetState.Healthy && at[i] > detected && at[i] < to).Count(),
            StateChanges = changes.Length,
            ShortestBetweenChanges = TimeSpan.FromSeconds(at.Zip(at.Skip(1), (a, b) => b - a).DefaultIfEmpty(end).Min()),
            LongestTrialBurst = failures.Select(second => failures.Count(other => other >= second && other < second + 0.5)).DefaultIfEmpty(0).Max(),
            FirstTokenP50 = TimeSpan.FromMilliseconds(firstTokens[firstTokens.Length / 2]),
            FirstTokenP99 = TimeSpan.FromMilliseconds(firstTokens[(int)(firstTokens.Length * 0.99)]),
            RequestsMeanwhile = simulation.FirstTokens.Count(t => t.Second >= from && t.Second < to),
            Times = (from, to, end),
            ShareOverTime = Shares(simulation, sick, end),
            IllnessOverTime = [.. Enumerable.Range(0, Slices).Select(slice => sick.FailingAt((slice + 0.5) / Slices * end))],
            States = [(0, TargetState.Healthy), .. changes.Select((change, i) => (at[i], change.To))],
        };
    }

    private static double[] Shares(RoutingSimulation simulation, SimulatedProvider sick, double end)
    {
        int[] all = new int[Slices];
        int[] here = new int[Slices];
        foreach ((double second, _) in simulation.FirstTokens)
        {
            all[Math.Min((int)(second / end * Slices), Slices - 1)]++;
        }

        foreach ((double second, _, _) in sick.Attempts)
        {
            here[Math.Min((int)(second / end * Slices), Slices - 1)]++;
        }

        return [.. all.Select((count, i) => count == 0 ? 0 : Math.Min(here[i] / (double)count, 1))];
    }
}

using System.Globalization;
using FastGate.Load.Measuring;

namespace FastGate.Load.Compare;

/// <summary>
/// Says where a comparison stands and how long it will still take: what it was planned to take, corrected by how much longer than planned
/// the part behind it has taken.
/// </summary>
internal sealed class RunProgress
{
    // Starting a load generator, reading metrics, ending it.
    private const double PerRound = 0.5;
    private const double PerStart = 1.3;

    private readonly double _planned;
    private readonly long _begun = Clock.Now;
    private readonly int _scenarios;
    private double _done;
    private int _scenario;

    public RunProgress(IReadOnlyCollection<(Scenario Scenario, int Participants)> plan, CompareOptions options)
    {
        _scenarios = plan.Count;
        _planned = plan.Sum(item => Seconds(item.Scenario, item.Participants, options));
    }

    /// <summary>Planned seconds of everything.</summary>
    public double Planned => _planned;

    /// <summary>What a scenario is planned to take: rounds and the warm-up before them, for each who takes part.</summary>
    public static double Seconds(Scenario scenario, int participants, CompareOptions options)
    {
        int rounds = options.RoundsOf(scenario);
        return scenario.Kind == ScenarioKind.Start
            ? rounds * participants * PerStart
            : 1 + (participants * ((rounds * Round(scenario, options)) + 1 + Warmup(scenario) + PerRound));
    }

    /// <summary>A scenario begins.</summary>
    public void Begin(Scenario scenario)
    {
        _scenario++;
        Say($"{scenario.Name}: {scenario.Title}");
    }

    /// <summary>A round begins.</summary>
    public void BeginRound(Scenario scenario, int round, int rounds) =>
        Say(string.Create(CultureInfo.InvariantCulture, $"{scenario.Name}, round {round} of {rounds}"));

    /// <summary>A part of the plan is over.</summary>
    public void Done(double plannedSeconds) => _done += plannedSeconds;

    /// <summary>Planned seconds of one measurement.</summary>
    public static double Round(Scenario scenario, CompareOptions options) =>
        scenario.Kind == ScenarioKind.Start ? PerStart : options.SecondsOf(scenario) + Warmup(scenario) + PerRound;

    /// <summary>Time left as "12 min 30 s".</summary>
    internal static string Left(double planned, double done, double elapsed)
    {
        // Until a tenth is done its pace says little.
        double pace = done < planned / 10 || done <= 0 ? 1 : Math.Max(0.5, elapsed / done);
        var left = TimeSpan.FromSeconds(Math.Max(0, (planned - done) * pace));
        return left.TotalMinutes >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalMinutes} min {left.Seconds} s")
            : string.Create(CultureInfo.InvariantCulture, $"{left.Seconds} s");
    }

    // After its window the load generator waits for the streams it has begun.
    private static double Warmup(Scenario scenario) => scenario.Kind switch
    {
        ScenarioKind.Closed => 0,
        ScenarioKind.Stream => scenario.WarmupSeconds + (scenario.Events * scenario.EventIntervalMs / 1000),
        _ => scenario.WarmupSeconds,
    };

    private void Say(string what)
    {
        double elapsed = (Clock.Now - _begun) / (double)Clock.Second;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"[{(int)elapsed / 60:00}:{(int)elapsed % 60:00}] {_scenario} of {_scenarios}, about {Left(_planned, _done, elapsed)} left: {what}"));
    }
}

using FastGate.Routing.Outcomes;

namespace FastGate.Outages.Simulation;

/// <summary>The outages, each with the sick target first in a chain of three.</summary>
internal static class KnownOutages
{
    internal const string Sick = "first/model";

    /// <summary>Connections refused for an hour, at 100 requests a second.</summary>
    internal static OutageResult HardOutage(int seed)
    {
        const double From = 120;
        const double To = From + 3600;
        const double End = To + 120;
        var sick = SimulatedProvider.Down(Sick, From, To, new Reply(FailureClass.Connect, 3));
        return OutageResult.Of("hard outage, 1 h, 100/s", Run(seed, sick, End, 100), sick, From, To, End);
    }

    /// <summary>
    /// Four hours in which errors rise to 40 % and the first token of those that are answered from 0.2 s to minutes; two hours
    /// up, two hours down, a third of the failures being 504s after half a minute. Ten requests a second.
    /// </summary>
    internal static OutageResult PartialDegradation(int seed)
    {
        const double From = 600;
        const double To = From + (4 * 3600);
        const double End = To + 600;
        SimulatedProvider sick = new(Sick, (t, random) =>
        {
            double badness = t is < From or >= To ? 0 : 1 - Math.Abs(((t - From) / (To - From) * 2) - 1);
            if (random.NextDouble() < 0.4 * badness)
            {
                return new Reply(FailureClass.Upstream5xx, random.Next(3) == 0 ? 25_000 : 80);
            }

            double tail = random.NextDouble() < 0.3 * badness ? Math.Exp(random.NextDouble() * 7 * badness) : 1;
            return Reply.Answer((150 + (random.NextDouble() * 100)) * tail);
        });
        return OutageResult.Of("partial degradation, 4 h, 10/s", Run(seed, sick, End, 10), sick, From, To, End);
    }

    /// <summary>Every call to one provider answered 429 for forty minutes, without a Retry-After, at 50 requests a second.</summary>
    internal static OutageResult RateLimitWall(int seed)
    {
        const double From = 120;
        const double To = From + 2400;
        const double End = To + 120;
        var sick = SimulatedProvider.Down(Sick, From, To, new Reply(FailureClass.RateLimited, 30));
        return OutageResult.Of("wall of 429s, 40 min, 50/s", Run(seed, sick, End, 50), sick, From, To, End);
    }

    private static RoutingSimulation Run(int seed, SimulatedProvider sick, double seconds, double perSecond) =>
        new RoutingSimulation(
            seed,
            [sick, new SimulatedProvider("second/model", SimulatedProvider.Healthy), new SimulatedProvider("third/model", SimulatedProvider.Healthy)])
            .Run(seconds, perSecond);
}

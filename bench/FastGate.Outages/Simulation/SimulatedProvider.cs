using FastGate.Routing.Outcomes;

namespace FastGate.Outages.Simulation;

/// <summary>How a simulated provider answers one call.</summary>
/// <param name="Failure">The class of failure; none for an answer.</param>
/// <param name="AfterMs">Until the failure, or until the first token.</param>
/// <param name="StreamMs">From the first token to the end of the answer.</param>
/// <param name="RetryAfter">What a refusal asks to wait.</param>
/// <param name="Cut">Whether the answer breaks off at its end.</param>
internal readonly record struct Reply(FailureClass Failure, double AfterMs, double StreamMs = 0, TimeSpan? RetryAfter = null, bool Cut = false)
{
    internal static Reply Answer(double firstTokenMs, double streamMs = 300) => new(FailureClass.None, firstTokenMs, streamMs);
}

/// <summary>A provider whose behaviour is a function of the time since the simulation began, in seconds, and chance.</summary>
internal sealed class SimulatedProvider(string target, Func<double, Random, Reply> behaviour)
{
    internal string Target { get; } = target;

    /// <summary>Requests' attempts: when each began, and how it went.</summary>
    internal List<(double Second, FailureClass Failure, bool Trial)> Attempts { get; } = [];

    internal int Probes { get; private set; }

    internal static Reply Healthy(double second, Random random) => Reply.Answer(150 + (random.NextDouble() * 100));

    /// <summary>Healthy but for a time in which every call has the same reply.</summary>
    internal static SimulatedProvider Down(string target, double from, double to, Reply reply) =>
        new(target, (second, random) => second >= from && second < to ? reply : Healthy(second, random));

    internal Reply Answer(double second, Random random, bool trial)
    {
        Reply reply = behaviour(second, random);
        Attempts.Add((second, reply.Failure, trial));
        return reply;
    }

    internal Reply AnswerProbe(double second, Random random)
    {
        Probes++;
        return behaviour(second, random);
    }

    /// <summary>The fraction of calls it fails at a time, from a sample of its own that disturbs no other chance.</summary>
    internal double FailingAt(double second)
    {
        const int Samples = 400;
        var random = new Random(1);
        return Enumerable.Range(0, Samples).Count(_ => behaviour(second, random).Failure != FailureClass.None) / (double)Samples;
    }

    internal int FailedBetween(double from, double to) =>
        Attempts.Count(attempt => attempt.Second >= from && attempt.Second < to && attempt.Failure != FailureClass.None);
}

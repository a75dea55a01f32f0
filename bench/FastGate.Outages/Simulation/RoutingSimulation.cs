using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using FastGate.Routing.Targets;

namespace FastGate.Outages.Simulation;

/// <summary>
/// The real cursor, health machine and strategies against simulated providers and a simulated clock: events in the order of
/// their time, everything from one seed.
/// </summary>
internal sealed class RoutingSimulation
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);
    private const double FirstByteTimeoutMs = 120_000;
    private const double FirstTokenTimeoutMs = 30_000;

    private readonly SimulatedGateway _gateway;
    private readonly Random _random;
    private readonly long _origin;
    private readonly SimulatedProvider[] _providers;
    private readonly PriorityQueue<Action, (long, long)> _events = new();
    private readonly bool[] _probing;
    private long _sequence;
    private double _end;

    internal RoutingSimulation(int seed, SimulatedProvider[] providers, Func<RouteDefinition, RouteDefinition>? route = null)
    {
        _providers = providers;
        _gateway = new SimulatedGateway(seed, providers.Select(provider => provider.Target), route);
        _random = new Random(seed);
        _origin = _gateway.Now;
        _probing = new bool[providers.Length];
        Seed = seed;
    }

    internal int Seed { get; }

    internal int Requests { get; private set; }

    internal int Answered { get; private set; }

    internal int Failed { get; private set; }

    internal int Attempts { get; private set; }

    /// <summary>Answers that broke off and could not be continued.</summary>
    internal int Interrupted { get; private set; }

    /// <summary>Answers that broke off and were continued by another target.</summary>
    internal int Continued { get; private set; }

    /// <summary>Times to the first token as clients saw them, in milliseconds, with the second of the request's arrival.</summary>
    internal List<(double Second, double Ms)> FirstTokens { get; } = [];

    internal List<(double Second, StopReason Reason)> Errors { get; } = [];

    internal IReadOnlyList<StateChange> ChangesOf(string target) => [.. _gateway.Changes.Where(change => change.Target == target)];

    internal Target TargetOf(string name) => _gateway[name];

    internal double SecondOf(long ticks) => (ticks - _origin) / (double)TimeSpan.TicksPerSecond;

    internal IReadOnlyList<Incident> IncidentsOf(string target) => [.. _gateway.Incidents.Where(incident => incident.Target == target)];

    /// <summary>The state of a target at a second.</summary>
    internal TargetState StateAt(string target, double second) =>
        ChangesOf(target).LastOrDefault(change => SecondOf(change.AtTicks) <= second) is { Target: not null } last ? last.To : TargetState.Healthy;

    /// <summary>Sends requests at a constant rate, jittered by a tenth, and runs until the last one is over.</summary>
    internal RoutingSimulation Run(double seconds, double perSecond)
    {
        _end = seconds;
        for (double at = 0; at < seconds; at += 1 / perSecond)
        {
            At(at + (_random.NextDouble() * 0.1 / perSecond), () => new SimulatedRequest(this).Begin());
        }

        At(0, Tick);
        while (_events.TryDequeue(out Action? action, out (long Ticks, long) at))
        {
            _gateway.Now = at.Ticks;
            action();
        }

        return this;
    }

    private double Now => SecondOf(_gateway.Now);

    private void At(double second, Action action) => AtTicks(_origin + (long)(second * TimeSpan.TicksPerSecond), action);

    private void AtTicks(long ticks, Action action) => _events.Enqueue(action, (ticks, _sequence++));

    /// <summary>What the gateway's timer does ten times a second: evaluations and probes that are due.</summary>
    private void Tick()
    {
        for (int i = 0; i < _providers.Length; i++)
        {
            TargetHealth health = _gateway[_providers[i].Target].Health;
            health.Tick(_gateway.Now);
            ProbePlan plan = ProbeSchedule.Next(health.ProbeFacts(), ProbeInterval, ProbeTimeout, _gateway.Now);
            if (!_probing[i] && plan.DueTicks <= _gateway.Now)
            {
                Probe(i, health, plan.Timeout);
            }
        }

        if (Now < _end)
        {
            At(Now + 0.1, Tick);
        }
    }

    private void Probe(int provider, TargetHealth health, TimeSpan timeout)
    {
        _probing[provider] = true;
        Reply reply = _providers[provider].AnswerProbe(Now, _random);
        bool late = reply.AfterMs > timeout.TotalMilliseconds;
        double after = Math.Min(reply.AfterMs, timeout.TotalMilliseconds) / 1000;
        At(Now + after, () =>
        {
            _probing[provider] = false;
            health.RecordProbe(late ? FailureClass.Timeout : reply.Failure, _gateway.Now);
        });
    }

    /// <summary>One client's request: does what the cursor says, as the proxy will.</summary>
    private sealed class SimulatedRequest(RoutingSimulation simulation)
    {
        private FallbackCursor _cursor;
        private long _arrived;
        private bool _answered;

        internal void Begin()
        {
            simulation.Requests++;
            _arrived = simulation._gateway.Now;
            Decision first = simulation._gateway.Begin(out _cursor);
            Follow(first);
            if (simulation._gateway.HedgeAfter > TimeSpan.Zero)
            {
                simulation.AtTicks(_arrived + simulation._gateway.HedgeAfter.Ticks, () => Follow(_cursor.StartParallel(hedge: true, simulation._gateway.Now)));
            }
        }

        private void Follow(Decision decision)
        {
            switch (decision.Kind)
            {
                case DecisionKind.Attempt when decision.Wait > TimeSpan.Zero:
                    simulation.AtTicks(simulation._gateway.Now + decision.Wait.Ticks, () => Follow(_cursor.AfterWait(decision.Slot, simulation._gateway.Now)));
                    break;
                case DecisionKind.Attempt:
                    simulation.Continued += decision.Flags.HasFlag(AttemptFlags.Continuation) ? 1 : 0;
                    Send(decision);
                    break;
                case DecisionKind.Commit when !_answered:
                    _answered = true;
                    simulation.Answered++;
                    double waited = TimeSpan.FromTicks(simulation._gateway.Now - _arrived).TotalMilliseconds;
                    simulation.FirstTokens.Add((simulation.SecondOf(_arrived), waited));
                    for (int slot = 0; slot < _cursor.Hops; slot++)
                    {
                        if (slot != decision.Slot)
                        {
                            _cursor.Abandon(slot, simulation._gateway.Now);
                        }
                    }

                    break;
                case DecisionKind.Stop when _answered && decision.Stop != StopReason.None:
                    simulation.Interrupted++;
                    break;
                case DecisionKind.Stop when decision.Stop != StopReason.None:
                    simulation.Failed++;
                    simulation.Errors.Add((simulation.Now, decision.Stop));
                    break;
            }
        }

        private void Send(Decision decision)
        {
            simulation.Attempts++;
            int provider = Array.FindIndex(simulation._providers, p => p.Target == decision.Target!.Name);
            Reply reply = simulation._providers[provider].Answer(simulation.Now, simulation._random, decision.Flags.HasFlag(AttemptFlags.Trial));

            // The gateway's own timers: a head that does not come, a first token that does not, the deadline.
            double allowed = Math.Min(FirstByteTimeoutMs, FirstTokenTimeoutMs);
            bool late = reply.AfterMs > allowed;
            long at = simulation._gateway.Now + (long)(Math.Min(reply.AfterMs, allowed) * TimeSpan.TicksPerMillisecond);
            if (at > _cursor.DeadlineTicks && !_answered)
            {
                at = _cursor.DeadlineTicks;
                late = true;
            }

            simulation.AtTicks(at, () => Arrive(decision.Slot, reply, late));
        }

        private void Arrive(int slot, Reply reply, bool late)
        {
            long now = simulation._gateway.Now;
            if (late || reply.Failure != FailureClass.None)
            {
                FailureClass failure = late ? FailureClass.SlowFirstToken : reply.Failure;
                Follow(_cursor.Next(slot, Outcome.Failure(failure, retryAfter: late ? null : reply.RetryAfter), now));
                return;
            }

            Decision commit = _cursor.Next(slot, Outcome.StreamStarted(TimeSpan.FromMilliseconds(reply.AfterMs)), now);
            Follow(commit);
            if (commit.Kind == DecisionKind.Commit)
            {
                Outcome end = reply.Cut
                    ? Outcome.Failure(FailureClass.StreamCut)
                    : Outcome.Success(TimeSpan.FromMilliseconds(reply.AfterMs + reply.StreamMs));
                simulation.AtTicks(
                    now + (long)(reply.StreamMs * TimeSpan.TicksPerMillisecond),
                    () => Follow(_cursor.Next(slot, end, simulation._gateway.Now)));
            }
        }
    }
}

using BenchmarkDotNet.Attributes;
using FastGate.Proxy.Measurement;
using FastGate.Routing.Conditions;
using FastGate.Routing.Health;
using FastGate.Routing.Keys;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using FastGate.Routing.Targets;
using FastGate.Routing.Timing;

namespace FastGate.Benchmarks.Proxy;

/// <summary>
/// What failover costs a request that needs none: its plan over a route of three targets, the outcome's way into health, budgets and load, and
/// everything that is counted of it.
/// </summary>
public class Deciding
{
    private readonly Route _healthy = new(firstIsDead: false);
    private readonly Route _pastDead = new(firstIsDead: true);

    [Benchmark(Baseline = true)]
    public int Healthy_request() => _healthy.Serve("a");

    [Benchmark]
    public int Request_past_an_open_breaker() => _pastDead.Serve("b");

    private sealed class Route
    {
        private static readonly TimeSpan Took = TimeSpan.FromMilliseconds(2);

        private readonly Planner _planner;
        private readonly RoutePlan _plan;
        private readonly RouteMeters _route = new();
        private readonly TargetMeters _target = new();
        private long _now = 1000 * TimeSpan.TicksPerSecond;
        private NoFacts _facts;
        private FallbackCursor _cursor;

        internal Route(bool firstIsDead)
        {
            var random = new RandomSource(1);
            _planner = new Planner(new RetryBudget(), random);
            Target[] targets = [.. new[] { "a", "b", "c" }.Select(provider =>
                new Target(provider, "m", new TargetHealth($"{provider}/m", HealthSettings.Default, random), new TargetKeys([new ProviderKey(provider)])))];
            RouteDefinition definition = new("chat", [.. targets.Select(target => new MemberDefinition(target.Name))]);
            List<PlanError> errors = [];
            _plan = new RouteTableBuilder(targets, [], [definition]).Build(errors)!.Plans[0];
            for (int i = 0; firstIsDead && i < HealthSettings.Default.ConsecutiveFailures; i++)
            {
                // Out for the longest Retry-After there is: no trial falls into a measurement.
                Decision decision = _planner.Begin(_plan, default, ref _facts, [], _now, ref _cursor);
                _cursor.Next(decision.Slot, Outcome.Failure(FailureClass.Upstream5xx, 503, HealthSettings.Default.MaximumRetryAfter), _now);
                _cursor.End(_now);
            }
        }

        internal int Serve(string provider)
        {
            // A million requests a second: the windows turn, the cooldown does not end.
            _now += TimeSpan.TicksPerMicrosecond;
            Decision decision = _planner.Begin(_plan, default, ref _facts, [], _now, ref _cursor);
            if (decision.Target!.Provider != provider)
            {
                throw new InvalidOperationException($"{decision.Target.Name} was chosen");
            }

            _cursor.Next(decision.Slot, Outcome.Success(Took), _now);
            _target.Answered.Increment();
            _target.Attempts.Observe(Took);
            _route.Statuses.Count(200);
            _cursor.End(_now);
            _route.Requests.Observe(2_000_000);
            _route.OwnWork.Observe(5_000);
            return decision.Slot;
        }
    }
}

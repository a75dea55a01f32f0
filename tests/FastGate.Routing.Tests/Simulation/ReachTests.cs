using FastGate.Outages.Simulation;
using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;

namespace FastGate.Routing.Tests.Simulation;

/// <summary>The numbers failover is to reach, as far as simulation decides them.</summary>
public sealed class ReachTests
{
    private const string First = "first/model";
    private const string Second = "second/model";
    private const string Third = "third/model";

    [Theory]
    [InlineData(FailureClass.Connect, 3)]
    [InlineData(FailureClass.Reset, 10)]
    [InlineData(FailureClass.Upstream5xx, 20)]
    [InlineData(FailureClass.Malformed, 20)]
    public void A_dead_primary_is_out_within_a_second_and_five_failed_attempts(FailureClass failure, double afterMs)
    {
        for (int seed = 1; seed <= 10; seed++)
        {
            var sick = SimulatedProvider.Down(First, 30, double.MaxValue, new Reply(failure, afterMs));
            RoutingSimulation simulation = Run(seed, 40, 100, sick);
            StateChange first = simulation.ChangesOf(First)[0];
            double detected = simulation.SecondOf(first.AtTicks);
            Assert.Equal(TargetState.Failed, first.To);
            Assert.InRange(detected, 30, 31);
            Assert.True(sick.FailedBetween(30, detected + 0.5) <= 5, $"seed {seed}: {sick.FailedBetween(30, detected + 0.5)} failed attempts");
            Assert.True(simulation.Failed == 0, $"seed {seed}");
        }
    }

    [Fact]
    public void An_outage_under_a_thousand_running_streams_is_found_as_fast_and_every_stream_is_continued()
    {
        const double From = 60;
        SimulatedProvider sick = new(First, (t, random) =>
        {
            if (t >= From)
            {
                return new Reply(FailureClass.Connect, 3);
            }

            // Answers of ten seconds; those still running at the outage are cut by it.
            double left = ((From - t) * 1000) - 200;
            return left is > 0 and < 10_000 ? Reply.Answer(200, left) with { Cut = true } : Reply.Answer(200, 10_000);
        });
        static Reply Slow(double t, Random random) => Reply.Answer(200, 10_000);
        RoutingSimulation simulation = new RoutingSimulation(2, [sick, new SimulatedProvider(Second, Slow), new SimulatedProvider(Third, Slow)])
            .Run(120, 100);
        double detected = simulation.SecondOf(simulation.ChangesOf(First)[0].AtTicks);
        Assert.InRange(detected, From - 0.01, From + 1);
        Assert.True(sick.FailedBetween(From, detected + 0.5) <= 5, $"{sick.FailedBetween(From, detected + 0.5)} failed attempts");
        Assert.InRange(simulation.Continued, 900, 1100);
        Assert.Equal(0, simulation.Interrupted);
        Assert.Equal(0, simulation.Failed);
    }

    [Fact]
    public void No_client_sees_an_error_while_any_target_is_healthy()
    {
        for (int seed = 1; seed <= 5; seed++)
        {
            var first = SimulatedProvider.Down(First, 30, 150, new Reply(FailureClass.Upstream5xx, 20));
            var second = SimulatedProvider.Down(Second, 60, 120, new Reply(FailureClass.Reset, 5));
            SimulatedProvider third = new(Third, SimulatedProvider.Healthy);
            RoutingSimulation simulation = new RoutingSimulation(seed, [first, second, third]).Run(200, 50);
            Assert.True(simulation.Failed == 0, $"seed {seed}: {simulation.Failed} of {simulation.Requests}");
            Assert.Equal(simulation.Requests, simulation.Answered);
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(10)]
    [InlineData(300)]
    public void A_dead_primary_sees_one_trial_a_cooldown_whatever_the_traffic(double perSecond)
    {
        var sick = SimulatedProvider.Down(First, 10, double.MaxValue, new Reply(FailureClass.Connect, 3));
        RoutingSimulation simulation = Run(seed: 3, 310, perSecond, sick);
        double[] trials = [.. sick.Attempts.Where(a => a.Trial && a.Second >= 10).Select(a => a.Second)];
        double failed = simulation.SecondOf(simulation.ChangesOf(First)[0].AtTicks);
        Assert.DoesNotContain(sick.Attempts, a => a.Second > failed + 0.1 && !a.Trial);

        double cooldown = 1;
        for (int i = 1; i < trials.Length; i++)
        {
            cooldown = Math.Min(cooldown * 2, 15);
            Assert.True(trials[i] - trials[i - 1] >= cooldown * 0.79, $"trials at {trials[i - 1]:0.0} and {trials[i]:0.0} s");
        }

        Assert.InRange(trials.Length, 10, 30);
    }

    [Fact]
    public void A_wall_of_rate_limits_with_a_retry_after_sees_one_trial_each_time_it_is_over()
    {
        var sick = SimulatedProvider.Down(First, 10, double.MaxValue, new Reply(FailureClass.RateLimited, 30, 0, TimeSpan.FromSeconds(20)));
        RoutingSimulation simulation = Run(seed: 3, 610, 100, sick);
        Assert.Equal(0, simulation.Failed);
        double[] limited = [.. sick.Attempts.Where(a => a.Failure == FailureClass.RateLimited).Select(a => a.Second)];

        // Those under way at the first refusal; then, as long as three in a row are not complete, those under way at the next.
        double[] trials = [.. limited.Where(second => second > 40)];
        Assert.InRange(limited.Length - trials.Length, 1, 12);
        Assert.All(trials.Zip(trials.Skip(1), (a, b) => b - a), gap => Assert.InRange(gap, 20, 22));
    }

    [Theory]
    [InlineData(5, 100)]
    [InlineData(60, 100)]
    [InlineData(600, 100)]
    [InlineData(600, 10)]
    [InlineData(600, 2)]
    public void A_primary_is_back_in_full_use_within_thirty_seconds_of_being_healthy(double outage, double perSecond)
    {
        for (int seed = 1; seed <= 5; seed++)
        {
            double to = 30 + outage;
            var sick = SimulatedProvider.Down(First, 30, to, new Reply(FailureClass.Connect, 3));
            RoutingSimulation simulation = Run(seed, to + 60, perSecond, sick);
            int requests = simulation.FirstTokens.Count(t => t.Second >= to + 30);
            int here = sick.Attempts.Count(a => a.Second >= to + 30);
            Assert.True(here == requests, $"seed {seed}: {here} of {requests} requests went to the primary from half a minute on");
            Assert.Equal(TargetState.Healthy, simulation.StateAt(First, to + 60));
        }
    }

    [Fact]
    public void Twenty_requests_four_seconds_apart_across_a_minute_of_outage_are_all_answered()
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            var sick = SimulatedProvider.Down(First, 9, 69, new Reply(FailureClass.Upstream5xx, 50));
            RoutingSimulation simulation = Run(seed, 79.5, 0.25, sick);
            Assert.Equal(20, simulation.Requests);
            Assert.Equal(20, simulation.Answered);
        }
    }

    [Fact]
    public void Two_providers_failing_a_third_of_calls_at_random_cost_clients_nearly_nothing()
    {
        for (int seed = 1; seed <= 3; seed++)
        {
            static Reply Unreliable(double t, Random random) =>
                random.NextDouble() < 0.3 ? new Reply(FailureClass.Upstream5xx, 50) : SimulatedProvider.Healthy(t, random);
            RoutingSimulation simulation = new RoutingSimulation(
                seed,
                [new SimulatedProvider(First, Unreliable), new SimulatedProvider(Second, Unreliable), new SimulatedProvider(Third, SimulatedProvider.Healthy)])
                .Run(600, 50);
            Assert.True(simulation.Failed < simulation.Requests * 0.001, $"seed {seed}: {simulation.Failed} of {simulation.Requests} failed");
            int added = simulation.Attempts - simulation.Requests;
            Assert.True(added <= simulation.Requests * 0.2, $"seed {seed}: {added} added attempts for {simulation.Requests} requests");
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(20)]
    public void Ten_percent_of_errors_reduce_the_share_within_ten_seconds_without_flapping(double perSecond)
    {
        for (int seed = 1; seed <= 6; seed++)
        {
            SimulatedProvider sick = new(First, (t, random) =>
                t >= 60 && random.NextDouble() < 0.1 ? new Reply(FailureClass.Upstream5xx, 50) : SimulatedProvider.Healthy(t, random));
            RoutingSimulation simulation = Run(seed, 360, perSecond, sick);
            AssertReducedWithoutFlapping(simulation, sick, seed, from: 60);
            Assert.True(simulation.Failed == 0, $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(20)]
    public void A_first_token_five_times_slower_reduces_the_share_within_ten_seconds_without_flapping(double perSecond)
    {
        for (int seed = 1; seed <= 4; seed++)
        {
            SimulatedProvider sick = new(First, (t, random) => Reply.Answer((150 + (random.NextDouble() * 100)) * (t >= 60 ? 5 : 1)));
            RoutingSimulation simulation = Run(seed, 360, perSecond, sick);
            AssertReducedWithoutFlapping(simulation, sick, seed, from: 60);
            Assert.True(simulation.Failed == 0, $"seed {seed}");
        }
    }

    [Fact]
    public void A_primary_that_falls_silent_loses_its_share_though_every_hedge_hides_it()
    {
        var silent = SimulatedProvider.Down(First, 60, double.MaxValue, new Reply(FailureClass.Timeout, 1e6));
        RoutingSimulation simulation = Run(seed: 6, 180, 20, silent);
        Assert.Equal(0, simulation.Failed);
        int requests = simulation.FirstTokens.Count(t => t.Second >= 90);
        int here = silent.Attempts.Count(a => a.Second >= 90);
        Assert.True(here < requests * 0.3, $"{here} of {requests} requests waited on the silent primary");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void A_target_with_the_few_errors_and_the_long_tail_everybody_has_is_left_alone_for_hours(double perSecond)
    {
        // Half a second in the middle, two and a half at the 95th percentile, answers of some seconds.
        SimulatedProvider fine = new(First, (t, random) => random.NextDouble() < 0.003
            ? new Reply(FailureClass.Upstream5xx, 50)
            : Reply.Answer(500 * Math.Exp(Normal(random)), 2000 + (random.NextDouble() * 8000)));
        RoutingSimulation simulation = Run(seed: 8, 7200, perSecond, fine);
        Assert.Empty(simulation.ChangesOf(First));
        Assert.Equal(0, simulation.Failed);
    }

    [Fact]
    public void On_an_idle_system_probes_find_a_dead_target_and_its_return()
    {
        // One request an hour in: all else is probes.
        var sick = SimulatedProvider.Down(First, 100, 200, new Reply(FailureClass.Connect, 3));
        RoutingSimulation simulation = Run(seed: 4, 400, 1 / 390.0, sick);
        double failed = simulation.SecondOf(simulation.ChangesOf(First)[0].AtTicks);
        Assert.InRange(failed, 100, 100 + 20 + 2);
        double recovering = simulation.SecondOf(simulation.ChangesOf(First)[1].AtTicks);
        Assert.InRange(recovering, 200, 211);
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static RoutingSimulation Run(int seed, double seconds, double perSecond, SimulatedProvider sick) =>
        new RoutingSimulation(seed, [sick, new SimulatedProvider(Second, SimulatedProvider.Healthy), new SimulatedProvider(Third, SimulatedProvider.Healthy)])
            .Run(seconds, perSecond);

    private static void AssertReducedWithoutFlapping(RoutingSimulation simulation, SimulatedProvider sick, int seed, double from)
    {
        StateChange[] changes = [.. simulation.ChangesOf(First)];
        string log = $"seed {seed}: " + string.Join(", ", changes.Select(c => $"{simulation.SecondOf(c.AtTicks):0.0} {c.To} by {c.Signal}"));
        Assert.NotEmpty(changes);
        Assert.True(simulation.SecondOf(changes[0].AtTicks) <= from + 10, log);
        for (int i = 1; i < changes.Length; i++)
        {
            Assert.True(changes[i].AtTicks - changes[i - 1].AtTicks >= TimeSpan.FromSeconds(10).Ticks, log);
        }

        int requests = simulation.FirstTokens.Count(t => t.Second >= from + 10);
        int here = sick.Attempts.Count(a => a.Second >= from + 10);
        Assert.True(here < requests * 0.6, $"{here} of {requests} attempts; {log}");
    }
}

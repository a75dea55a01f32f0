using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Views;
using FastGate.Routing.Health;

namespace FastGate.Proxy.Tests.Failover;

/// <summary>What was lost comes back, and retries stay within their budget.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public async Task Recovering_target_gets_its_traffic_back_step_by_step()
    {
        bool dead = true;
        using var one = new RepliedUpstream(_ => Volatile.Read(ref dead) ? Reply.Error(500) : Reply.Ok);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));
        while (View(gateway).State != TargetState.Failed)
        {
            Assert.Equal(200, (await gateway.AskAsync(Gateway.Chat())).Status);
        }

        Volatile.Write(ref dead, false);
        List<double> shares = [];
        for (int i = 0; View(gateway).State != TargetState.Healthy; i++)
        {
            Assert.True(i < 5000, $"Still {View(gateway).State}; shares seen: {string.Join(", ", shares)}");
            gateway.Time.Advance(TimeSpan.FromMilliseconds(100));
            Assert.Equal(200, (await gateway.AskAsync(Gateway.Chat())).Status);
            TargetView view = View(gateway);
            if (view.State == TargetState.Recovering && (shares.Count == 0 || shares[^1] != view.Share))
            {
                shares.Add(view.Share);
            }
        }

        Assert.Equal(HealthSettings.Default.RecoveryShares.Where(share => share < 1000).Select(share => share / 1000.0), shares.Where(share => share < 1));
        Assert.Equal(1, View(gateway).Share);
        (await gateway.AskAsync(Gateway.Chat())).IsFrom("one/m", 1, null);
        Assert.NotNull(Assert.Single(View(gateway).Incidents).TargetRecovery);
    }

    [Fact]
    public async Task Refused_key_comes_back_with_a_probe()
    {
        bool valid = false;
        using var one = new RepliedUpstream(_ => Volatile.Read(ref valid) ? Reply.Ok : Reply.Error(401, "invalid_api_key"));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two)
            .WithProvider(0, provider => provider with { Probe = new ProbeSettings(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), null) }));
        (await gateway.AskAsync(Gateway.Chat())).IsFrom("two/m", 2, "auth");
        (await gateway.AskAsync(Gateway.Chat())).IsFrom("two/m", 1, null);
        Volatile.Write(ref valid, true);

        await gateway.Time.AdvanceUntilAsync(
            Task.Run(() => Chains.EventuallyAsync(() => one.Seen.Any(request => request.StartLine.StartsWith("GET ", StringComparison.Ordinal)) && KeyIsUsable(gateway))), TimeSpan.FromMilliseconds(250));

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("one/m", 1, null);
    }

    [Fact]
    public async Task Retries_stop_where_the_budget_ends()
    {
        using var one = new RepliedUpstream(Reply.Error(500));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithRetry(2, seconds: 0.001) with
        {
            RetryShare = 0,
            RetriesPerSecond = 1,
            Health = HealthSettings.Default with { ConsecutiveFailures = 1000, MinimumSamples = 1000 },
        });

        // The first has one retry in this second, those after it go on at once. The clock stands but for the backoff.
        Task<Message> first = gateway.AskAsync(Gateway.Chat());
        await one.NextAsync();
        (await gateway.Time.AdvanceUntilAsync(first, TimeSpan.FromMilliseconds(5))).IsFrom("two/m", 3, "upstream_5xx");
        for (int i = 0; i < 3; i++)
        {
            (await gateway.AskAsync(Gateway.Chat())).IsFrom("two/m", 2, "upstream_5xx");
        }

        Assert.True(gateway.Plane.Routing.Budget.Refused >= 4);

        // The next second has a retry of its own.
        gateway.Time.Advance(TimeSpan.FromSeconds(1));
        (await gateway.Time.AdvanceUntilAsync(gateway.AskAsync(Gateway.Chat()), TimeSpan.FromMilliseconds(5))).IsFrom("two/m", 3, "upstream_5xx");
    }

    private static bool KeyIsUsable(Gateway gateway) => View(gateway).Keys.All(key => key.State == "in_use");

    private static TargetView View(Gateway gateway) => new GatewayView(gateway.Plane).Targets.Single(view => view.Name == "one/m");
}

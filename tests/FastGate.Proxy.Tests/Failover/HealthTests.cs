using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Views;
using FastGate.Routing.Health;

namespace FastGate.Proxy.Tests.Failover;

/// <summary>A target that fails leaves the choice, is tried once a cooldown, and comes back.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task Failed_target_is_skipped_and_its_incident_counts_the_rescued()
    {
        using var one = new RepliedUpstream(Reply.Error(500));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));
        await FailAsync(gateway, "one/m");

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("two/m", 1, null);
        Assert.Equal(3, one.Seen.Count);
        IncidentView incident = Assert.Single(View(gateway, "one/m").Incidents);
        Assert.Equal(("upstream_5xx", 0L), (incident.Cause, incident.Lost));
        Assert.Equal(3, incident.Rescued);
        Assert.NotNull(incident.RouteRecovery);
        Assert.Null(incident.TargetRecovery);
        var view = new GatewayView(gateway.Plane);
        Assert.Equal(("one/m", 1), view.Detections.Select(d => (d.Target, d.Times.Count)).Single());
        Assert.Equal((("chat", "one/m"), 1), view.Recoveries.Select(r => (r.Labels, r.Times.Count)).Single());
        GatewayEvent[] events = view.ReadEvents(0, 64, out _);
        Assert.Equal(3, events.OfType<FailoverEvent>().Count(e => (e.Route, e.From, e.To, e.Reason) == ("chat", "one/m", "two/m", "upstream_5xx")));
        Assert.Equal((TargetState.Healthy, TargetState.Failed), events.OfType<TargetStateEvent>().Select(e => (e.From, e.To)).Single());
        Assert.Single(events.OfType<IncidentOpenedEvent>());
        Assert.Equal("chat", Assert.Single(events.OfType<RouteRecoveredEvent>()).Route);
    }

    [Fact]
    public async Task Cooldown_ends_in_a_single_trial()
    {
        using var one = new ScriptedUpstream();
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one.EndPoint, two.EndPoint));
        Wire? wire = null;
        for (int i = 0; i < 3; i++)
        {
            Task<Message> asked = gateway.AskAsync(Gateway.Chat());
            wire ??= await one.AcceptAsync();
            await Message.ReadRequestAsync(wire);
            await wire.SendAsync(Reply.Error(500).Text);
            Assert.Equal(200, (await asked).Status);
        }

        gateway.Time.Advance(TimeSpan.FromSeconds(2));
        Task<Message> trial = gateway.AskAsync(Gateway.Chat());
        await Message.ReadRequestAsync(wire!);

        // While the trial is under way nobody else is sent there.
        (await gateway.AskAsync(Gateway.Chat())).IsFrom("two/m", 1, null);
        await wire!.SendAsync(Reply.Error(500).Text);
        (await trial).IsFrom("two/m", 2, "upstream_5xx");
        Assert.Equal(TargetState.Failed, View(gateway, "one/m").State);
    }

    [Fact]
    public async Task All_targets_failed_means_exactly_one_attempt()
    {
        using var one = new RepliedUpstream(Reply.Error(500, "one"));
        using var two = new RepliedUpstream(Reply.Error(500, "two"));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(500, (await gateway.AskAsync(Gateway.Chat())).Status);
        }

        Assert.All(new GatewayView(gateway.Plane).Targets, target => Assert.Equal(TargetState.Failed, target.State));
        Assert.False(Assert.Single(new GatewayView(gateway.Plane).Routes).Usable);
        int before = one.Seen.Count + two.Seen.Count;

        Message response = await gateway.AskAsync(Gateway.Chat());

        Assert.Equal((500, "1"), (response.Status, response["x-fastgate-attempts"]));
        Assert.Equal(before + 1, one.Seen.Count + two.Seen.Count);
    }

    [Fact]
    public async Task Probe_brings_a_dead_target_back()
    {
        bool dead = true;
        using var one = new RepliedUpstream(_ => Volatile.Read(ref dead) ? Reply.Error(500) : Reply.Ok);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two)
            .WithProvider(0, provider => provider with { Probe = new ProbeSettings(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), null) }));
        await FailAsync(gateway, "one/m");
        Volatile.Write(ref dead, false);

        await gateway.Time.AdvanceUntilAsync(Chains.EventuallyAsync(() => View(gateway, "one/m").State is TargetState.Recovering or TargetState.Healthy), TimeSpan.FromMilliseconds(250));

        Assert.Contains(one.Seen, request => request.StartLine.StartsWith("GET /v1/models ", StringComparison.Ordinal));
        Assert.True(Assert.Single(new GatewayView(gateway.Plane).Routes).Usable);
    }

    private static async Task FailAsync(Gateway gateway, string target)
    {
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await gateway.AskAsync(Gateway.Chat())).Status);
        }

        Assert.Equal(TargetState.Failed, View(gateway, target).State);
    }

    private static TargetView View(Gateway gateway, string target) => new GatewayView(gateway.Plane).Targets.Single(view => view.Name == target);
}

using System.Text;
using System.Text.Json;
using FastGate.Proxy.Model;
using FastGate.Proxy.Server;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Views;
using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastGate.Admin.Tests;

public sealed class EventTests
{
    private static readonly RouteDefinition Pair = new("pair", [new MemberDefinition("up/m"), new MemberDefinition("up/n")])
    {
        Deadline = TimeSpan.FromSeconds(60),
        Retry = new RetrySettings { Attempts = 0 },
    };

    [Fact]
    public async Task Target_that_dies_is_told_with_its_incident()
    {
        await using Plane plane = await Plane.StartAsync();
        using EventReader events = await plane.FollowAsync();
        for (int i = 0; i < 3; i++)
        {
            await plane.AskDataPlaneAsync("{\"model\":\"chat\"}");
        }

        (string firstId, string first, JsonElement opened) = await events.NextAsync();
        Assert.Equal("incident_opened up/m connect failures_in_a_row", $"{first} {opened.GetProperty("target")} {opened.GetProperty("cause")} {opened.GetProperty("rule")}");
        Assert.InRange(opened.GetProperty("detection").GetDouble(), 0, 30);
        (string secondId, string second, JsonElement changed) = await events.NextAsync();
        Assert.Equal("target_state up/m healthy failed", $"{second} {changed.GetProperty("target")} {changed.GetProperty("from")} {changed.GetProperty("to")}");
        Assert.True(changed.GetProperty("at").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(-5));
        Assert.Equal(1, NumberOf(firstId));
        Assert.Equal(2, NumberOf(secondId));
    }

    [Fact]
    public async Task Failover_is_told_with_its_request()
    {
        await using Plane plane = await Plane.StartAsync(routes: Pair);
        using EventReader events = await plane.FollowAsync();
        await plane.AskDataPlaneAsync("{\"model\":\"pair\"}", requestId: "req-17");

        (_, string name, JsonElement data) = await events.NextAsync();
        Assert.Equal("failover", name);
        Assert.Equal(
            "pair up/m up/n connect req-17",
            string.Join(' ', new[] { "route", "from", "to", "reason", "request_id" }.Select(member => data.GetProperty(member).GetString())));
    }

    [Fact]
    public async Task Reader_that_comes_back_gets_what_it_missed()
    {
        await using Plane plane = await Plane.StartAsync(routes: Pair);
        string second;
        using (EventReader events = await plane.FollowAsync())
        {
            await plane.AskDataPlaneAsync("{\"model\":\"pair\"}");
            await plane.AskDataPlaneAsync("{\"model\":\"pair\"}");
            await events.NextAsync();
            (second, _, _) = await events.NextAsync();
        }

        await plane.AskDataPlaneAsync("{\"model\":\"pair\"}");
        using (EventReader again = await plane.FollowAsync(after: second))
        {
            Assert.Equal(3, NumberOf((await again.NextAsync()).Id));
        }

        foreach (string unknown in new[] { "0", "anotherprocess-7", "nonsense", second.Split('-')[0] + "-x" })
        {
            using EventReader all = await plane.FollowAsync(after: unknown);
            Assert.Equal(1, NumberOf((await all.NextAsync()).Id));
        }
    }

    [Fact]
    public async Task Stopping_ends_the_stream()
    {
        EventReader events;
        await using (Plane plane = await Plane.StartAsync())
        {
            events = await plane.FollowAsync();
        }

        using (events)
        {
            await Assert.ThrowsAnyAsync<IOException>(events.NextAsync);
        }
    }

    [Fact]
    public async Task Stream_without_events_beats()
    {
        var time = new ManualTime();
        await using var data = new DataPlane(new GatewaySettings { Providers = [] }, NullLoggerFactory.Instance, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var written = new Written();
        Task running = new EventStream(new GatewayView(data), time, stop.Token).RunAsync(Context(written));
        await time.AdvanceUntilAsync(written.Until(": heartbeat\n\n"), TimeSpan.FromSeconds(1));

        await stop.CancelAsync();
        await running.Soon();
    }

    [Fact]
    public async Task Reader_that_does_not_read_is_dropped()
    {
        var time = new ManualTime();
        await using var data = new DataPlane(new GatewaySettings { Providers = [] }, NullLoggerFactory.Instance, TimeProvider.System);
        HttpContext context = Context(new Stuck());
        var lifetime = new Lifetime();
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        Task running = new EventStream(new GatewayView(data), time, CancellationToken.None).RunAsync(context);
        Assert.False(running.IsCompleted);

        time.Advance(EventStream.Patience);

        await running.Soon();
        Assert.True(lifetime.IsAborted);
    }

    [Fact]
    public async Task Readers_are_bounded()
    {
        await using var data = new DataPlane(new GatewaySettings { Providers = [] }, NullLoggerFactory.Instance, TimeProvider.System);
        var events = new EventStream(new GatewayView(data), TimeProvider.System, CancellationToken.None);
        Assert.All(Enumerable.Range(0, EventStream.MostReaders), _ => Assert.True(events.TryEnter()));
        Assert.False(events.TryEnter());
        events.Leave();
        Assert.True(events.TryEnter());
    }

    private static int NumberOf(string id) => int.Parse(id.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture);

    private static DefaultHttpContext Context(Stream body)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        return context;
    }

    /// <summary>Notes what is written.</summary>
    private sealed class Written : MemoryStream
    {
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private string _awaited = "";

        internal async Task<bool> Until(string text)
        {
            _awaited = text;
            await _seen.Task;
            return true;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(buffer, cancellationToken);
            if (_awaited.Length > 0 && Encoding.UTF8.GetString(ToArray()).EndsWith(_awaited, StringComparison.Ordinal))
            {
                _seen.TrySetResult();
            }
        }
    }

    /// <summary>Takes nothing.</summary>
    private sealed class Stuck : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Task.Delay(Timeout.Infinite, cancellationToken));
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        internal bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsAborted = true;
    }
}

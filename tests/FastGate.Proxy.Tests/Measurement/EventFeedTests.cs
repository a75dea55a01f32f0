using FastGate.Proxy.Measurement;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Views;

namespace FastGate.Proxy.Tests.Measurement;

public sealed class EventFeedTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Reader_gets_what_is_behind_its_number_in_order_and_not_too_much_at_once()
    {
        var feed = new EventFeed(_time);
        Publish(feed, 5);

        Assert.Equal([3, 4, 5], Numbers(feed.Read(2, 64, out long missed)));
        Assert.Equal(0, missed);
        Assert.Equal([1, 2], Numbers(feed.Read(0, 2, out _)));
        Assert.Empty(feed.Read(5, 64, out _));
        Assert.Equal(_time.GetUtcNow(), feed.Read(4, 64, out _)[0].At);
    }

    [Fact]
    public void Reader_that_is_late_learns_how_much_it_missed()
    {
        var feed = new EventFeed(_time);
        Publish(feed, EventFeed.Kept + 10);

        Assert.Equal(11, feed.Read(0, 1, out long missed)[0].Number);
        Assert.Equal(10, missed);
        Assert.Equal(11, feed.Read(10, 1, out missed)[0].Number);
        Assert.Equal(0, missed);
        Assert.Equal(EventFeed.Kept, feed.Read(0, int.MaxValue, out _).Length);
    }

    [Fact]
    public async Task Waiting_ends_with_the_next_event()
    {
        var feed = new EventFeed(_time);
        Task waiting = feed.WaitAsync(0);
        Assert.False(waiting.IsCompleted);
        Publish(feed, 1);
        await waiting.Soon();
        Assert.True(feed.WaitAsync(0).IsCompleted);
        Assert.False(feed.WaitAsync(1).IsCompleted);
    }

    [Fact]
    public void Storm_of_failovers_is_told_in_part_and_counted()
    {
        var feed = new EventFeed(_time);
        for (int i = 0; i < EventFeed.FailoversPerSecond + 7; i++)
        {
            feed.PublishFailover("chat", "a/m", "b/m", "connect", "r");
        }

        Publish(feed, 1);
        Assert.Equal(EventFeed.FailoversPerSecond + 1, feed.Newest);
        _time.Advance(TimeSpan.FromSeconds(1));
        feed.PublishFailover("chat", "a/m", "b/m", "connect", "r");
        feed.PublishFailover("chat", "a/m", "b/m", "connect", "r");

        Assert.Equal([7, 0], feed.Read(EventFeed.FailoversPerSecond + 1, 64, out _).Select(item => Assert.IsType<FailoverEvent>(item).Untold));
    }

    [Fact]
    public async Task Numbers_have_no_gap_between_threads()
    {
        var feed = new EventFeed(_time);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Publish(feed, 200)))).Soon();
        Assert.Equal(Enumerable.Range(1, 800).Select(number => (long)number), Numbers(feed.Read(0, int.MaxValue, out _)));
    }

    private static void Publish(EventFeed feed, int count)
    {
        for (int i = 0; i < count; i++)
        {
            feed.Publish(new RouteRecoveredEvent("chat", "a/m", TimeSpan.Zero));
        }
    }

    private static IEnumerable<long> Numbers(IEnumerable<GatewayEvent> events) => events.Select(item => item.Number);
}

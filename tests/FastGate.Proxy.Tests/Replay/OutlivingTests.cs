using FastGate.Proxy.Connections;
using FastGate.Proxy.Replay;

namespace FastGate.Proxy.Tests.Replay;

public class OutlivingTests
{
    [Fact]
    public void Exchange_goes_on_without_its_client_for_the_time_given()
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin(detachedTime: TimeSpan.FromSeconds(60));
        var signal = new ConnectionSignal(bench.Wheel);
        signal.Outlive(recording);
        signal.OnClientGone();
        Assert.False(signal.ClientGone);
        Assert.True(signal.IsDetached);
        Assert.Equal(1, bench.Detached.Count);
        bench.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(signal.ClientGone);
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(signal.ClientGone);
        recording.Finish(complete: false);
        Assert.Equal(0, bench.Detached.Count);
    }

    [Fact]
    public void Client_that_had_gone_before_counts_as_well()
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin();
        var signal = new ConnectionSignal(bench.Wheel);
        signal.OnClientGone();
        Assert.True(signal.ClientGone);
        signal.Outlive(recording);
        Assert.True(signal.IsDetached);
        signal.EndOutliving();
        Assert.True(signal.ClientGone);
    }

    [Fact]
    public void Exchange_ends_with_its_client_when_too_many_go_on_already()
    {
        using var bench = new ReplayBench(detached: 1);
        var first = new ConnectionSignal(bench.Wheel);
        Recording kept = bench.Begin();
        first.Outlive(kept);
        first.OnClientGone();
        var second = new ConnectionSignal(bench.Wheel);
        Recording refused = bench.Begin();
        second.Outlive(refused);
        second.OnClientGone();
        Assert.False(first.ClientGone);
        Assert.True(second.ClientGone);

        kept.Finish(complete: true);
        var third = new ConnectionSignal(bench.Wheel);
        third.Outlive(bench.Begin());
        third.OnClientGone();
        Assert.False(third.ClientGone);
    }

    [Fact]
    public void Somebody_who_reads_keeps_the_exchange_going()
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin(detachedTime: TimeSpan.FromSeconds(60));
        var signal = new ConnectionSignal(bench.Wheel);
        signal.Outlive(recording);
        signal.OnClientGone();
        bench.Time.Advance(TimeSpan.FromSeconds(30));
        var listener = new Listener();
        Assert.Equal(AttachResult.Attached, listener.Reader.TryAttach(recording, 1));
        bench.Time.Advance(TimeSpan.FromSeconds(300));
        Assert.False(signal.ClientGone);
        listener.Reader.Detach();
        bench.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(signal.ClientGone);
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(signal.ClientGone);
    }

    [Fact]
    public void Exchange_without_a_limit_goes_on_to_its_end()
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin(detachedTime: Timeout.InfiniteTimeSpan);
        var signal = new ConnectionSignal(bench.Wheel);
        signal.Outlive(recording);
        signal.OnClientGone();
        bench.Time.Advance(TimeSpan.FromHours(5));
        Assert.False(signal.ClientGone);
    }

    [Fact]
    public async Task Wake_up_that_met_no_wait_ends_the_next_one()
    {
        var wakeup = new Wakeup();
        wakeup.Set();
        wakeup.Set();
        Assert.True(wakeup.WaitAsync().IsCompletedSuccessfully);
        ValueTask next = wakeup.WaitAsync();
        Assert.False(next.IsCompleted);
        wakeup.Set();
        await next;
    }

    [Fact]
    public async Task Whatever_ends_a_connections_waits_ends_this_one_too()
    {
        using var bench = new ReplayBench();
        var signal = new ConnectionSignal(bench.Wheel);
        ValueTask wait = signal.Wakeup.WaitAsync();
        signal.Arm(TimeSpan.FromSeconds(1));
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        await wait;
        wait = signal.Wakeup.WaitAsync();
        signal.OnClientGone();
        await wait;
        Assert.True(signal.ClientGone);
    }
}

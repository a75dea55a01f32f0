using FastGate.Proxy.Measurement;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Measurement;

public sealed class WorkTimeTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(1);

    private readonly ManualTime _time = new();

    [Fact]
    public void Waits_are_part_of_the_whole_but_no_work()
    {
        var work = new WorkTime(_time);
        work.Clear();
        _time.Advance(Long);
        work.Resume();
        _time.Advance(Short);
        work.Pause();
        _time.Advance(Long);
        work.Resume();
        work.Resume();
        _time.Advance(Short);
        work.PauseUnless(completed: true);
        _time.Advance(Short);
        work.End();

        Assert.Equal(1_003_000_000, work.TotalNanoseconds);
        Assert.Equal(3_000_000, work.OwnNanoseconds);
    }

    [Fact]
    public void Nothing_behind_the_end_counts()
    {
        var work = new WorkTime(_time);
        work.Resume();
        _time.Advance(Short);
        work.End();
        _time.Advance(Long);
        work.Pause();
        work.Resume();
        _time.Advance(Long);
        work.End();

        Assert.Equal(1_000_000, work.TotalNanoseconds);
        Assert.Equal(1_000_000, work.OwnNanoseconds);
    }

    [Fact]
    public void Request_that_ends_in_a_wait_has_not_worked_through_it()
    {
        var work = new WorkTime(_time);
        work.Resume();
        work.Pause();
        _time.Advance(Long);
        work.End();

        Assert.Equal(1_000_000_000, work.TotalNanoseconds);
        Assert.Equal(0, work.OwnNanoseconds);
    }

    [Fact]
    public void Next_request_begins_at_nothing()
    {
        var work = new WorkTime(_time);
        work.Resume();
        _time.Advance(Long);
        work.End();
        work.Clear();
        Assert.Equal(0, work.TotalNanoseconds);

        work.Pause();
        work.End();

        Assert.Equal(0, work.TotalNanoseconds);
        Assert.Equal(0, work.OwnNanoseconds);
    }
}

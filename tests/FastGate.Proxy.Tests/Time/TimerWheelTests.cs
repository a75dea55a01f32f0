using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Time;
using FsCheck;
using FsCheck.Fluent;

namespace FastGate.Proxy.Tests.Time;

public sealed class TimerWheelTests
{
    [Fact]
    public void Deadline_is_signalled_once_and_not_early()
    {
        var time = new ManualTime();
        using var wheel = new TimerWheel(time);
        var entry = new Entry();
        wheel.Arm(entry, TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromMilliseconds(990));
        Assert.Equal(0, entry.Fired);
        time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(1, entry.Fired);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, entry.Fired);
        Assert.Equal(0, wheel.Filed);
    }

    [Fact]
    public void Deadline_further_than_a_turn_is_kept()
    {
        var time = new ManualTime();
        using var wheel = new TimerWheel(time);
        var entry = new Entry();
        wheel.Arm(entry, TimeSpan.FromMinutes(10));
        for (int i = 0; i < 599; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(0, entry.Fired);
        }

        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, entry.Fired);
    }

    [Fact]
    public void Sleep_of_more_than_a_turn_signals_all_that_is_due_and_nothing_else()
    {
        var time = new ManualTime();
        using var wheel = new TimerWheel(time);
        Entry[] due = [.. Enumerable.Range(1, 100).Select(_ => new Entry())];
        var later = new Entry();
        for (int i = 0; i < due.Length; i++)
        {
            wheel.Arm(due[i], TimeSpan.FromSeconds(i));
        }

        wheel.Arm(later, TimeSpan.FromHours(2));
        time.Advance(TimeSpan.FromHours(1));
        Assert.All(due, entry => Assert.Equal(1, entry.Fired));
        Assert.Equal(0, later.Fired);
        time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        Assert.Equal(1, later.Fired);
    }

    [Fact]
    public void Wheel_without_entries_stands_still_and_starts_again()
    {
        var time = new ManualTime();
        using var wheel = new TimerWheel(time);
        var entry = new Entry();
        for (int round = 1; round <= 3; round++)
        {
            wheel.Arm(entry, TimeSpan.FromMilliseconds(50));
            time.Advance(TimeSpan.FromMilliseconds(70));
            Assert.Equal(round, entry.Fired);
            Assert.Equal(0, wheel.Filed);
            time.Advance(TimeSpan.FromHours(1));
        }
    }

    [Fact]
    public void Removed_entry_is_forgotten()
    {
        var time = new ManualTime();
        using var wheel = new TimerWheel(time);
        var entry = new Entry();
        wheel.Arm(entry, TimeSpan.FromSeconds(1));
        Assert.Equal(1, wheel.Filed);
        wheel.Remove(entry);
        Assert.Equal(0, wheel.Filed);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, entry.Fired);
    }

    [Fact]
    public void Arming_again_and_again_allocates_nothing()
    {
        var time = new ManualTime();
        using var wheel = new TimerWheel(time);
        var entry = new Entry();
        wheel.Arm(entry, TimeSpan.FromSeconds(1));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            wheel.Arm(entry, TimeSpan.FromMilliseconds(100 + (i * 37 % 1000)));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Whatever is armed, moved, taken away and slept through: the wheel signals what a sorted list of deadlines would.</summary>
    [Fact]
    public void Wheel_agrees_with_a_list_of_deadlines()
    {
        var steps =
            Gen.Choose(0, 9).SelectMany(entry => Gen.Choose(0, 9).SelectMany(action =>
                Gen.OneOf(Gen.Choose(1, 200), Gen.Choose(1, 5_000), Gen.Choose(30_000, 120_000)).Select(milliseconds => (entry, action, milliseconds))))
            .ArrayOf(60);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20261121, 7),
            Prop.ForAll(steps.ToArbitrary(), Agrees));
    }

    [Theory]
    [InlineData(20261121)]
    [InlineData(5)]
    public async Task Owners_and_the_wheel_race_without_losing_a_deadline(int seed)
    {
        var time = new ManualTime();
        using var wheel = new TimerWheel(time);
        using var stop = new CancellationTokenSource();
        var turning = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                time.Advance(TimeSpan.FromMilliseconds(10));
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            var random = new Random(seed + worker);
            Entry[] entries = [.. Enumerable.Range(0, 20).Select(_ => new Entry())];
            for (int round = 0; round < 3000; round++)
            {
                Entry entry = entries[random.Next(entries.Length)];
                switch (random.Next(4))
                {
                    case 0:
                        TimerWheel.Disarm(entry);
                        break;
                    case 1:
                        wheel.Remove(entry);
                        break;
                    default:
                        wheel.Arm(entry, TimeSpan.FromMilliseconds(random.Next(1, 60_000)));
                        break;
                }
            }

            // The last word on each entry must be kept.
            foreach (Entry entry in entries)
            {
                TimerWheel.Disarm(entry);
                int before = entry.Fired;
                wheel.Arm(entry, TimeSpan.FromMilliseconds(random.Next(1, 500)));
                Assert.True(SpinWait.SpinUntil(() => entry.Fired > before, Patience.Limit), $"seed {seed}: a deadline was lost");
            }
        }))).Soon();
        await stop.CancelAsync();
        await turning.Soon();
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, wheel.Filed);
    }

    private static bool Agrees((int Entry, int Action, int Milliseconds)[] steps)
    {
        var time = new ManualTime();
        using var wheel = new TimerWheel(time);
        Entry[] entries = [.. Enumerable.Range(0, 10).Select(_ => new Entry())];
        long[] deadlines = [.. entries.Select(_ => long.MaxValue)];
        int[] expected = new int[entries.Length];
        long now = 0;
        foreach ((int index, int action, int milliseconds) in steps)
        {
            switch (action)
            {
                case 0:
                    TimerWheel.Disarm(entries[index]);
                    deadlines[index] = long.MaxValue;
                    break;
                case 1:
                    wheel.Remove(entries[index]);
                    deadlines[index] = long.MaxValue;
                    break;
                case < 6:
                    wheel.Arm(entries[index], TimeSpan.FromMilliseconds(milliseconds));
                    deadlines[index] = now + milliseconds;
                    break;
                default:
                    time.Advance(TimeSpan.FromMilliseconds(milliseconds));
                    now += milliseconds;
                    for (int i = 0; i < entries.Length; i++)
                    {
                        // A tick early (the clock as of the last turn) and two late (rounding up, and the turn itself) are allowed.
                        bool must = deadlines[i] <= now - 20;
                        bool may = deadlines[i] <= now + 10;
                        if (must || (may && entries[i].Fired > expected[i]))
                        {
                            expected[i]++;
                            deadlines[i] = long.MaxValue;
                        }
                    }

                    break;
            }

            if (!entries.Select(entry => entry.Fired).SequenceEqual(expected))
            {
                return false;
            }
        }

        return true;
    }

    private sealed class Entry : TimerEntry
    {
        private int _fired;

        internal int Fired => Volatile.Read(ref _fired);

        protected internal override void OnDeadline() => Interlocked.Increment(ref _fired);
    }
}

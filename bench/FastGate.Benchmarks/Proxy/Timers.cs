using BenchmarkDotNet.Attributes;
using FastGate.Benchmarks.Embedded;
using FastGate.Proxy.Time;

namespace FastGate.Benchmarks.Proxy;

/// <summary>Giving a connection's next phase its deadline.</summary>
public class Timers
{
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(15);

    private readonly TimerWheel _wheel = new(new FrozenTime());
    private readonly Entry _entry = new();

    [Benchmark]
    public int Arm_for_the_next_phase()
    {
        _wheel.Arm(_entry, Stall);
        return (int)_entry.DeadlineTick;
    }

    private sealed class Entry : TimerEntry
    {
        protected internal override void OnDeadline()
        {
        }
    }
}

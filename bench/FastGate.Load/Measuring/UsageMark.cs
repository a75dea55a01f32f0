using System.Diagnostics;

namespace FastGate.Load.Measuring;

/// <summary>The meters at one end of the window.</summary>
/// <param name="At">When, in nanoseconds of <see cref="Clock"/>.</param>
/// <param name="Target">The measured processes, all zero when none is given.</param>
/// <param name="OwnCpuMicroseconds">The generator's own user and system time.</param>
/// <param name="AllocatedBytes">Managed bytes the generator has allocated so far.</param>
internal readonly record struct UsageMark(long At, ProcessUsage Target, long OwnCpuMicroseconds, long AllocatedBytes)
{
    /// <summary>Reads all meters.</summary>
    /// <exception cref="IOException">A measured process has ended.</exception>
    public static UsageMark Take(IReadOnlyList<int> pids)
    {
        using var self = Process.GetCurrentProcess();
        return new UsageMark(
            Clock.Now,
            pids.Count == 0 ? default : ProcessUsage.Of(pids),
            self.TotalProcessorTime.Ticks / TimeSpan.TicksPerMicrosecond,
            GC.GetTotalAllocatedBytes());
    }
}

using System.Runtime.InteropServices;

namespace FastGate.Load.Measuring;

/// <summary>
/// The processor time of another process to the nanosecond, threads that have ended included. <c>/proc/PID/stat</c> tells the same in
/// steps of 10 ms, which is several percent of a short round.
/// </summary>
internal static partial class ProcessClock
{
    // The id of a process's clock: the complement of the process id and, below it, three bits that say "its scheduler's clock"
    // (clock_getcpuclockid(3) computes nothing else).
    private const int SchedulerClock = 2;

    /// <summary>Microseconds of user and system time; false when this system has no such clock, or no such process.</summary>
    public static bool TryRead(int pid, out double microseconds)
    {
        if (OperatingSystem.IsLinux() && GetTime(((~pid) << 3) | SchedulerClock, out TimeSpec time) == 0)
        {
            microseconds = (time.Seconds * 1e6) + (time.Nanoseconds / 1e3);
            return true;
        }

        microseconds = 0;
        return false;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}

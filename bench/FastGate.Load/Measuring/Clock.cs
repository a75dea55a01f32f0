using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastGate.Load.Measuring;

/// <summary>
/// The one clock of a run: nanoseconds of the monotonic clock, and a sleep until a moment of it that is late by
/// microseconds and not by the runtime's millisecond.
/// </summary>
internal static partial class Clock
{
    public const long Second = 1_000_000_000;
    public const long Millisecond = 1_000_000;

    private const int ClockMonotonic = 1;
    private const int TimerAbsolute = 1;
    private const int SetTimerSlack = 29;

    /// <summary>Nanoseconds since some fixed moment.</summary>
    public static long Now => Stopwatch.Frequency == Second
        ? Stopwatch.GetTimestamp()
        : (long)(Stopwatch.GetTimestamp() * ((double)Second / Stopwatch.Frequency));

    /// <summary>Asks the kernel not to round this thread's sleeps up by its usual 50 µs. Call once per thread that sleeps precisely.</summary>
    public static void SharpenThisThread()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Prctl(SetTimerSlack, 1, 0, 0, 0);
        }
    }

    /// <summary>Sleeps until <see cref="Now"/> is at least <paramref name="moment"/>, or wakes a little early when a signal interrupts.</summary>
    public static void SleepUntil(long moment)
    {
        long left = moment - Now;
        if (left <= 0)
        {
            return;
        }

        if (OperatingSystem.IsLinux() && Stopwatch.Frequency == Second)
        {
            // Stopwatch reads CLOCK_MONOTONIC there, so the moment is absolute for the kernel too.
            var until = new TimeSpec { Seconds = (nint)(moment / Second), Nanoseconds = (nint)(moment % Second) };
            _ = ClockNanosleep(ClockMonotonic, TimerAbsolute, in until, 0);
        }
        else
        {
            Thread.Sleep(TimeSpan.FromMilliseconds(Math.Max(1, left / Millisecond)));
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int ClockNanosleep(int clock, int flags, in TimeSpec request, nint remaining);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Prctl(int option, nuint a, nuint b, nuint c, nuint d);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}

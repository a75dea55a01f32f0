namespace FastGate.Benchmarks.Gate;

/// <summary>Counts the bytes an operation allocates, exactly.</summary>
internal static class AllocationMeter
{
    /// <summary>Calls in a round.</summary>
    public const int Calls = 500;

    // Warming up and code that is compiled again with optimisation allocate, once; they are over well within this.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static object? _seen;

    /// <summary>Whether the meter sees what it should: one that sees nothing would let everything pass.</summary>
    public static bool IsSound() => Measure(static () => (_seen = new byte[40]).GetHashCode(), 64) == 64 && Measure(static () => _seen!.GetHashCode(), 0) == 0;

    /// <summary>
    /// Runs rounds of <see cref="Calls"/> calls until two in a row allocate exactly what is expected, or long enough that it will not come.
    /// What any thread of the process allocates counts.
    /// </summary>
    /// <param name="call">The operation.</param>
    /// <param name="expected">Bytes that one call should allocate.</param>
    /// <returns>Bytes per call: as expected, or the least of the rounds.</returns>
    public static double Measure(Func<int> call, double expected)
    {
        double least = double.MaxValue;
        int inOrder = 0;
        long start = Environment.TickCount64;
        while (inOrder < 2 && Environment.TickCount64 - start < Patience.TotalMilliseconds)
        {
            double bytes = Round(call);
            inOrder = bytes == expected ? inOrder + 1 : 0;
            least = Math.Min(least, bytes);
        }

        return inOrder == 2 ? expected : least;
    }

    private static double Round(Func<int> call)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < Calls; i++)
        {
            call();
        }

        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Calls;
    }
}

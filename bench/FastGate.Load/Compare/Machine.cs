using System.Globalization;
using System.Runtime.InteropServices;
using FastGate.Load.Measuring;

namespace FastGate.Load.Compare;

/// <summary>What the numbers were measured on; nothing in it names the machine.</summary>
internal sealed record Machine(string Cpu, int Cores, string Kernel, long MemoryBytes, string Load)
{
    /// <summary>Reads it from /proc.</summary>
    public static Machine Read() => new(
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        ProcessUsage.ParseKilobytes(File.ReadAllText("/proc/meminfo"), "MemTotal:") * 1024,
        LoadAverage());

    /// <summary>The load averages over 1, 5 and 15 minutes.</summary>
    public static string LoadAverage() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3));

    /// <summary>One line for the tables.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cpu}, {Cores} cores, {MemoryBytes / (1024.0 * 1024 * 1024):F0} GiB, Linux {Kernel}; load average before the run {Load}");
}

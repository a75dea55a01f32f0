using System.Globalization;
using System.Runtime.InteropServices;
using FastGate.Load.Measuring;

namespace FastGate.Load.Compare;

/// <summary>What the numbers were measured on; nothing in it names the machine.</summary>
internal sealed record Machine(string Cpu, int Cores, string Kernel, long MemoryBytes, string Load)
{
    private static readonly int MaxOpenFiles = ReadOpenFiles();

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

    /// <summary>How many descriptors a process started from here may have.</summary>
    public static int OpenFiles() => MaxOpenFiles;

    /// <summary>One line for the tables.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cpu}, {Cores} cores, {MemoryBytes / (1024.0 * 1024 * 1024):F0} GiB, Linux {Kernel}; load average before the run {Load}");

    // "Max open files            20000                20000                files"
    private static int ReadOpenFiles()
    {
        const string Name = "Max open files";
        string line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith(Name, StringComparison.Ordinal));
        string soft = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return int.TryParse(soft, CultureInfo.InvariantCulture, out int limit) ? limit : int.MaxValue;
    }
}

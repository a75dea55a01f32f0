using System.Globalization;

namespace FastGate.Load.Measuring;

/// <summary>What a process has used so far, as the kernel accounts it in <c>/proc</c> (see proc(5)).</summary>
/// <param name="CpuMicroseconds">User and system time of all its threads, those that have ended included.</param>
/// <param name="ResidentBytes">Resident set now.</param>
/// <param name="PeakResidentBytes">Largest resident set so far.</param>
/// <param name="Threads">Threads now.</param>
internal readonly record struct ProcessUsage(double CpuMicroseconds, long ResidentBytes, long PeakResidentBytes, int Threads)
{
    // USER_HZ, the unit of /proc/PID/stat, is 100 on every Linux architecture .NET runs on.
    private const double MicrosecondsPerTick = 10_000;

    /// <summary>Adds up several processes, for those that consist of a master and a worker.</summary>
    /// <exception cref="IOException">One of them does not exist, or /proc is not there.</exception>
    public static ProcessUsage Of(IEnumerable<int> pids)
    {
        double cpu = 0;
        long resident = 0;
        long peak = 0;
        int threads = 0;
        foreach (int pid in pids)
        {
            string stat = Read(pid, "stat");
            cpu += ProcessClock.TryRead(pid, out double precise) ? precise : ParseCpuTicks(stat) * MicrosecondsPerTick;
            threads += int.Parse(FieldsAfterName(stat)[17], CultureInfo.InvariantCulture);
            string status = Read(pid, "status");
            resident += ParseKilobytes(status, "VmRSS:") * 1024;
            peak += ParseKilobytes(status, "VmHWM:") * 1024;
        }

        return new ProcessUsage(cpu, resident, peak, threads);
    }

    /// <summary>The process and all its present descendants.</summary>
    public static int[] Tree(int root)
    {
        var children = new Dictionary<int, List<int>>();
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && TryReadParent(pid, out int parent))
            {
                if (!children.TryGetValue(parent, out List<int>? list))
                {
                    children[parent] = list = [];
                }

                list.Add(pid);
            }
        }

        var tree = new List<int> { root };
        for (int i = 0; i < tree.Count; i++)
        {
            if (children.TryGetValue(tree[i], out List<int>? list))
            {
                tree.AddRange(list);
            }
        }

        return [.. tree];
    }

    /// <summary>utime + stime, fields 14 and 15 of /proc/PID/stat. The command name (field 2) may hold blanks and brackets, so fields count from its last ')'.</summary>
    internal static long ParseCpuTicks(string stat)
    {
        string[] fields = FieldsAfterName(stat);
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    /// <summary>A "Name:   123 kB" line of /proc/PID/status; 0 when the line is not there.</summary>
    internal static long ParseKilobytes(string status, string name)
    {
        int at = status.IndexOf(name, StringComparison.Ordinal);
        if (at < 0)
        {
            return 0;
        }

        ReadOnlySpan<char> rest = status.AsSpan(at + name.Length).TrimStart();
        int end = rest.IndexOf(' ');
        return long.Parse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static bool TryReadParent(int pid, out int parent)
    {
        try
        {
            parent = int.Parse(FieldsAfterName(Read(pid, "stat"))[1], CultureInfo.InvariantCulture);
            return true;
        }
        catch (IOException)
        {
            // The process ended between the listing and the reading.
            parent = 0;
            return false;
        }
    }

    private static string[] FieldsAfterName(string stat) => stat[(stat.LastIndexOf(')') + 2)..].Split(' ');

    private static string Read(int pid, string file) =>
        File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}"));
}

namespace FastGate.Admin;

/// <summary>Writes what the process and its garbage collector take, by the names Prometheus' client libraries use.</summary>
internal static class ProcessMetrics
{
    internal static void Write(PrometheusText text, DateTimeOffset started)
    {
        text.Single("process_cpu_seconds_total", "counter", "Processor time used.", Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Single("process_resident_memory_bytes", "gauge", "Resident memory.", Environment.WorkingSet);
        text.Single("process_start_time_seconds", "gauge", "When the process began, seconds since 1970.", (started - DateTimeOffset.UnixEpoch).TotalSeconds);
        if (OperatingSystem.IsLinux())
        {
            text.Single("process_open_fds", "gauge", "Open file descriptors, sockets among them.", Directory.EnumerateFileSystemEntries("/proc/self/fd").Count());
        }

        text.Single("dotnet_gc_allocated_bytes_total", "counter", "Bytes allocated on the managed heap.", GC.GetTotalAllocatedBytes(precise: true));
        text.Single("dotnet_gc_heap_bytes", "gauge", "Bytes on the managed heap.", GC.GetTotalMemory(forceFullCollection: false));
        text.Single("dotnet_gc_pause_seconds_total", "counter", "Time in which the collector held the program.", GC.GetTotalPauseDuration().TotalSeconds);
        text.Begin("dotnet_gc_collections_total", "counter", "Garbage collections, by generation.");
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            text.Sample(GC.CollectionCount(generation), ("generation", generation.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        text.Single("dotnet_threadpool_threads", "gauge", "Threads of the pool.", ThreadPool.ThreadCount);
    }
}

using System.Globalization;
using System.Reflection;
using System.Text;
using FastGate.Proxy.Views;

namespace FastGate.Admin;

/// <summary>Writes the metrics in the Prometheus text format.</summary>
internal static class MetricsText
{
    internal static string Write(GatewayView view)
    {
        var text = new StringBuilder(4096);
        Family(text, "fastgate_requests_total", "counter", "Requests answered, by route, surface and status.");
        foreach (RequestCount count in view.Requests)
        {
            Sample(text, $"fastgate_requests_total{{route=\"{Escape(count.Route)}\",surface=\"openai\",status=\"{count.Status}\"}}", count.Count);
        }

        Family(text, "fastgate_attempts_total", "counter", "Upstream calls, by target and outcome: ok or the class of failure.");
        foreach (TargetView target in view.Targets)
        {
            Sample(text, $"fastgate_attempts_total{{target=\"{Escape(target.Name)}\",outcome=\"ok\"}}", target.Answered);
        }

        foreach ((string target, string failure, long count) in view.FailedAttempts)
        {
            Sample(text, $"fastgate_attempts_total{{target=\"{Escape(target)}\",outcome=\"{failure}\"}}", count);
        }

        Family(text, "fastgate_failover_total", "counter", "Hops from one target to the next, by route, targets and class of failure.");
        foreach ((string route, string from, string to, string reason, long count) in view.Failovers)
        {
            Sample(text, $"fastgate_failover_total{{route=\"{Escape(route)}\",from=\"{Escape(from)}\",to=\"{Escape(to)}\",reason=\"{reason}\"}}", count);
        }

        Family(text, "fastgate_target_state", "gauge", "0 healthy, 1 degraded, 2 failed, 3 recovering.");
        foreach (TargetView target in view.Targets)
        {
            Sample(text, $"fastgate_target_state{{target=\"{Escape(target.Name)}\"}}", (int)target.State);
        }

        Single(text, "fastgate_streams_active", "gauge", "Streams being relayed.", view.ActiveStreams);
        Single(text, "fastgate_stream_events_total", "counter", "Stream events relayed.", view.StreamEvents);
        Single(text, "fastgate_stream_events_malformed_total", "counter", "Stream events dropped because they were no JSON.", view.MalformedStreamEvents);
        Family(text, "fastgate_connections", "gauge", "Open connections, by side.");
        Sample(text, "fastgate_connections{side=\"client\"}", view.ClientConnections);
        Sample(text, "fastgate_connections{side=\"upstream\"}", view.Providers.Sum(p => p.Connections));
        Family(text, "fastgate_build_info", "gauge", "What is running.");
        Sample(text, $"fastgate_build_info{{version=\"{Escape(Version())}\",framework=\"{Escape(System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription)}\"}}", 1);
        Single(text, "process_cpu_seconds_total", "counter", "Processor time used.", Environment.CpuUsage.TotalTime.TotalSeconds);
        Single(text, "process_resident_memory_bytes", "gauge", "Resident memory.", Environment.WorkingSet);
        Single(text, "dotnet_gc_allocated_bytes_total", "counter", "Bytes allocated on the managed heap.", GC.GetTotalAllocatedBytes(precise: true));
        Single(text, "dotnet_gc_heap_bytes", "gauge", "Bytes on the managed heap.", GC.GetTotalMemory(forceFullCollection: false));
        Family(text, "dotnet_gc_collections_total", "counter", "Garbage collections, by generation.");
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            Sample(text, $"dotnet_gc_collections_total{{generation=\"{generation}\"}}", GC.CollectionCount(generation));
        }

        return text.ToString();
    }

    private static string Version() =>
        typeof(MetricsText).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static void Single(StringBuilder text, string name, string type, string help, double value)
    {
        Family(text, name, type, help);
        Sample(text, name, value);
    }

    private static void Family(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n').Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Sample(StringBuilder text, string series, double value) =>
        text.Append(series).Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Escape(string label) => label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

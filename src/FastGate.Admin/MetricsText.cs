using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;
using FastGate.Proxy.Views;

namespace FastGate.Admin;

/// <summary>Writes <c>/-/metrics</c>. The names are the contract's; docs/operations.md describes them.</summary>
internal static class MetricsText
{
    internal static string Write(GatewayView view)
    {
        var text = new PrometheusText();
        WriteRequests(text, view);
        WriteTargets(text, view);
        WriteStreams(text, view);
        foreach ((string name, string help, ImmutableArray<(string Result, long Count)> counts) in view.Results)
        {
            text.Begin(name, "counter", help);
            foreach ((string result, long count) in counts)
            {
                text.Sample(count, ("result", result));
            }
        }

        text.Begin("fastgate_connections", "gauge", "Open connections, by side.");
        text.Sample(view.ClientConnections, ("side", "client"));
        text.Sample(view.Providers.Sum(p => p.Connections), ("side", "upstream"));
        text.Begin("fastgate_build_info", "gauge", "What is running.");
        text.Sample(1, ("version", Version()), ("framework", RuntimeInformation.FrameworkDescription));
        ProcessMetrics.Write(text, view.Started);
        return text.ToString();
    }

    private static void WriteRequests(PrometheusText text, GatewayView view)
    {
        text.Begin("fastgate_requests_total", "counter", "Requests answered, by route, surface and status.");
        foreach (RequestCount count in view.Requests)
        {
            text.Sample(count.Count, ("route", count.Route), ("surface", "openai"), ("status", count.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        (string Route, HistogramView Requests, HistogramView OwnWork)[] times = [.. view.RequestTimes];
        text.Begin("fastgate_request_seconds", "histogram", "From a request's first octet to the last of its answer, by route.");
        foreach ((string route, HistogramView requests, _) in times)
        {
            text.Histogram(requests, ("route", route));
        }

        text.Begin("fastgate_overhead_seconds", "histogram", "The same, less every wait for the client or an upstream: what the gateway itself takes.");
        foreach ((string route, _, HistogramView ownWork) in times)
        {
            text.Histogram(ownWork, ("route", route));
        }

        text.Begin("fastgate_failover_total", "counter", "Hops from one target to the next, by route, targets and class of failure.");
        foreach ((string route, string from, string to, string reason, long count) in view.Failovers)
        {
            text.Sample(count, ("route", route), ("from", from), ("to", to), ("reason", reason));
        }
    }

    private static void WriteTargets(PrometheusText text, GatewayView view)
    {
        ImmutableArray<TargetView> targets = view.Targets;
        text.Begin("fastgate_attempts_total", "counter", "Upstream calls, by target and outcome: ok or the class of failure.");
        foreach (TargetView target in targets)
        {
            text.Sample(target.Meters.Answered, ("target", target.Name), ("outcome", "ok"));
        }

        foreach ((string target, string failure, long count) in view.FailedAttempts)
        {
            text.Sample(count, ("target", target), ("outcome", failure));
        }

        WriteTimes(text, "fastgate_attempt_seconds", "Upstream calls to the end of their answer, or to their failure, by target.", targets, target => target.Meters.Attempts);
        WriteTimes(text, "fastgate_first_token_seconds", "From the beginning of an upstream call to a stream's first content, by target.", targets, target => target.Meters.FirstTokens);
        text.Begin("fastgate_tokens_total", "counter", "Tokens as the providers count them, by target and kind: prompt or completion.");
        foreach (TargetView target in targets.Where(target => target.Meters.PromptTokens + target.Meters.CompletionTokens > 0))
        {
            text.Sample(target.Meters.PromptTokens, ("target", target.Name), ("kind", "prompt"));
            text.Sample(target.Meters.CompletionTokens, ("target", target.Name), ("kind", "completion"));
        }

        text.Begin("fastgate_incident_detection_seconds", "histogram", "From the first failure of an incident until the target was out of rotation, by target.");
        foreach ((string target, HistogramView times) in view.Detections)
        {
            text.Histogram(times, ("target", target));
        }

        text.Begin("fastgate_time_to_recovery_seconds", "histogram", "From the first failure of an incident until a request that the target had failed was answered, by route and target.");
        foreach (((string route, string target), HistogramView times) in view.Recoveries)
        {
            text.Histogram(times, ("route", route), ("target", target));
        }

        text.Begin("fastgate_target_state", "gauge", "0 healthy, 1 degraded, 2 failed, 3 recovering.");
        foreach (TargetView target in targets)
        {
            text.Sample((int)target.State, ("target", target.Name));
        }
    }

    private static void WriteStreams(PrometheusText text, GatewayView view)
    {
        text.Single("fastgate_streams_active", "gauge", "Streams being relayed.", view.ActiveStreams);
        text.Single("fastgate_stream_events_total", "counter", "Stream events relayed.", view.StreamEvents);
        text.Single("fastgate_stream_events_malformed_total", "counter", "Stream events dropped because they were no JSON.", view.MalformedStreamEvents);
        text.Single("fastgate_stream_ring_bytes", "gauge", "Memory that holds the events of resumable streams.", view.ReplayOctets);
        text.Single("fastgate_streams_resumable", "gauge", "Streams that can be resumed, running and finished.", view.ResumableStreams);
        text.Single("fastgate_requests_detached", "gauge", "Requests that go on without their clients.", view.DetachedRequests);
    }

    // Targets without an observation are left out: a provider may list hundreds of models that nobody asks for.
    private static void WriteTimes(PrometheusText text, string name, string help, ImmutableArray<TargetView> targets, Func<TargetView, HistogramView> histogram)
    {
        text.Begin(name, "histogram", help);
        foreach (TargetView target in targets.Where(target => histogram(target).Count > 0))
        {
            text.Histogram(histogram(target), ("target", target.Name));
        }
    }

    internal static string Version() =>
        typeof(MetricsText).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}

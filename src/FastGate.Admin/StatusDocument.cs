using System.Text.Json;
using FastGate.Proxy.Views;
using FastGate.Routing.Outcomes;

namespace FastGate.Admin;

/// <summary>Writes <c>/-/status</c>: routes, targets with their state, window, keys and incidents, and providers. Times in seconds.</summary>
internal static class StatusDocument
{
    internal static void Write(Utf8JsonWriter json, GatewayView view)
    {
        json.WriteString("state", view.IsDraining ? "draining" : "serving");
        json.WriteString("version", MetricsText.Version());
        json.WriteString("started", view.Started);
        json.WriteNumber("client_connections", view.ClientConnections);
        json.WriteNumber("active_streams", view.ActiveStreams);
        WriteArray(json, "routes", view.Routes, Write);
        WriteArray(json, "targets", view.Targets, Write);
        WriteArray(json, "providers", view.Providers, Write);
    }

    private static void Write(Utf8JsonWriter json, RouteView route)
    {
        json.WriteString("name", route.Name);
        json.WriteBoolean("usable", route.Usable);
        json.WriteStartArray("targets");
        foreach (string target in route.Targets)
        {
            json.WriteStringValue(target);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, TargetView target)
    {
        json.WriteString("name", target.Name);
        json.WriteString("state", target.State.ToString().ToLowerInvariant());
        json.WriteNumber("share", target.Share);
        json.WriteNumber("in_flight", target.InFlight);
        json.WriteNumber("answered", target.Meters.Answered);
        json.WriteStartObject("window");
        json.WriteNumber("succeeded", target.Window.Succeeded);
        json.WriteNumber("failed", target.Window.Failed);
        json.WriteStartObject("failures");
        for (int i = 1; i < target.Window.ByClass.Count; i++)
        {
            if (target.Window.ByClass[i] > 0)
            {
                json.WriteNumber(FailureClasses.Name((FailureClass)i), target.Window.ByClass[i]);
            }
        }

        json.WriteEndObject();
        json.WriteNumber("first_token_p50", target.Window.FirstTokenP50.TotalSeconds);
        json.WriteNumber("first_token_p95", target.Window.FirstTokenP95.TotalSeconds);
        json.WriteNumber("first_token_baseline", target.Window.FirstTokenBaseline.TotalSeconds);
        json.WriteNumber("mean_duration", target.Window.MeanDuration.TotalSeconds);
        json.WriteEndObject();
        WriteArray(json, "keys", target.Keys, Write);
        WriteArray(json, "incidents", target.Incidents, Write);
    }

    private static void Write(Utf8JsonWriter json, KeyView key)
    {
        json.WriteString("key", key.Label);
        json.WriteString("state", key.State);
    }

    private static void Write(Utf8JsonWriter json, IncidentView incident)
    {
        json.WriteString("cause", incident.Cause);
        json.WriteString("rule", incident.Rule);
        json.WriteBoolean("open", incident.TargetRecovery is null);
        json.WriteString("began", incident.Began);
        json.WriteNumber("detection", incident.Detection.TotalSeconds);
        WriteSeconds(json, "route_recovery", incident.RouteRecovery);
        WriteSeconds(json, "target_recovery", incident.TargetRecovery);
        json.WriteNumber("rescued", incident.Rescued);
        json.WriteNumber("lost", incident.Lost);
        json.WriteNumber("state_changes", incident.StateChanges);
    }

    private static void Write(Utf8JsonWriter json, ProviderView provider)
    {
        json.WriteString("name", provider.Name);
        json.WriteString("base_url", provider.BaseUrl);
        json.WriteNumber("connections", provider.Connections);
        if (provider.Models is { } models)
        {
            json.WriteNumber("models", models);
        }
        else
        {
            json.WriteNull("models");
        }
    }

    private static void WriteSeconds(Utf8JsonWriter json, string name, TimeSpan? duration)
    {
        if (duration is { } known)
        {
            json.WriteNumber(name, known.TotalSeconds);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteArray<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> members)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            members(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

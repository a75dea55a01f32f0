using System.Text.Json;
using FastGate.Proxy.Views;

namespace FastGate.Admin;

/// <summary>Events as <c>/-/events</c> tells them. Times in seconds.</summary>
internal static class EventJson
{
    /// <summary>The event's name in the stream.</summary>
    internal static string NameOf(GatewayEvent item) => item switch
    {
        TargetStateEvent => "target_state",
        FailoverEvent => "failover",
        IncidentOpenedEvent => "incident_opened",
        IncidentClosedEvent => "incident_closed",
        RouteRecoveredEvent => "route_recovered",
        _ => throw new ArgumentException($"{item.GetType()} has no name.", nameof(item)),
    };

    /// <summary>Writes the members of the event's data.</summary>
    internal static void Write(Utf8JsonWriter json, GatewayEvent item)
    {
        json.WriteString("at", item.At);
        switch (item)
        {
            case TargetStateEvent change:
                json.WriteString("target", change.Target);
                json.WriteString("from", change.From.ToString().ToLowerInvariant());
                json.WriteString("to", change.To.ToString().ToLowerInvariant());
                json.WriteString("cause", change.Cause);
                json.WriteString("rule", change.Rule);
                break;
            case FailoverEvent failover:
                json.WriteString("route", failover.Route);
                json.WriteString("from", failover.From);
                json.WriteString("to", failover.To);
                json.WriteString("reason", failover.Reason);
                json.WriteString("request_id", failover.RequestId);
                if (failover.Untold > 0)
                {
                    json.WriteNumber("untold", failover.Untold);
                }

                break;
            case IncidentOpenedEvent opened:
                json.WriteString("target", opened.Target);
                json.WriteString("cause", opened.Cause);
                json.WriteString("rule", opened.Rule);
                json.WriteNumber("detection", opened.Detection.TotalSeconds);
                break;
            case IncidentClosedEvent closed:
                json.WriteString("target", closed.Target);
                json.WriteString("cause", closed.Cause);
                json.WriteNumber("recovery", closed.Recovery.TotalSeconds);
                json.WriteNumber("rescued", closed.Rescued);
                json.WriteNumber("lost", closed.Lost);
                break;
            case RouteRecoveredEvent recovered:
                json.WriteString("route", recovered.Route);
                json.WriteString("target", recovered.Target);
                json.WriteNumber("recovery", recovered.Recovery.TotalSeconds);
                break;
        }
    }
}

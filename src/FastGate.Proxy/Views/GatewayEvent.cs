using FastGate.Routing.Health;

namespace FastGate.Proxy.Views;

/// <summary>Something that happened and that whoever is on call may want to see.</summary>
public abstract record GatewayEvent
{
    /// <summary>Its number; the first event of the process has 1.</summary>
    public long Number { get; internal set; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset At { get; internal set; }
}

/// <summary>A target's state changed.</summary>
/// <param name="Target"><c>provider/model</c>.</param>
/// <param name="From">The state it left.</param>
/// <param name="To">The state it is in.</param>
/// <param name="Cause">The class of failure; <c>none</c> for changes for the better.</param>
/// <param name="Rule">The rule that changed it.</param>
public sealed record TargetStateEvent(string Target, TargetState From, TargetState To, string Cause, string Rule) : GatewayEvent;

/// <summary>A request went on to another target.</summary>
/// <param name="Route">Its route; <c>direct</c> where it named the target itself.</param>
/// <param name="From">The target that failed it.</param>
/// <param name="To">The one that was asked next.</param>
/// <param name="Reason">The class of failure.</param>
/// <param name="RequestId">The request.</param>
/// <param name="Untold">Failovers since the last such event that were not told because there were too many.</param>
public sealed record FailoverEvent(string Route, string From, string To, string Reason, string RequestId, int Untold) : GatewayEvent;

/// <summary>A target is not healthy any more.</summary>
/// <param name="Target"><c>provider/model</c>.</param>
/// <param name="Cause">The class of failure that led there.</param>
/// <param name="Rule">The rule that applied.</param>
/// <param name="Detection">Since the first failure.</param>
public sealed record IncidentOpenedEvent(string Target, string Cause, string Rule, TimeSpan Detection) : GatewayEvent;

/// <summary>A target is healthy again.</summary>
/// <param name="Target"><c>provider/model</c>.</param>
/// <param name="Cause">The class of failure that had led there.</param>
/// <param name="Recovery">Since the first failure.</param>
/// <param name="Rescued">Requests that it failed and another attempt answered.</param>
/// <param name="Lost">Requests that it failed and nobody answered.</param>
public sealed record IncidentClosedEvent(string Target, string Cause, TimeSpan Recovery, long Rescued, long Lost) : GatewayEvent;

/// <summary>The first request of a route that an incident's target had failed was answered.</summary>
/// <param name="Route">The route; <c>direct</c> for requests that named a target themselves.</param>
/// <param name="Target">The incident's target.</param>
/// <param name="Recovery">Since the first failure.</param>
public sealed record RouteRecoveredEvent(string Route, string Target, TimeSpan Recovery) : GatewayEvent;

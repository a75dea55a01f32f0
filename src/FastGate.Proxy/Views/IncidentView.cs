namespace FastGate.Proxy.Views;

/// <summary>A time in which a target was not healthy.</summary>
/// <param name="Cause">The class of failure that began it.</param>
/// <param name="Rule">The rule that opened it.</param>
/// <param name="Began">The first failure.</param>
/// <param name="Detection">From the first failure until the target was out of rotation, or its share reduced.</param>
/// <param name="RouteRecovery">From the first failure until a request of its route was answered by another target; null while none was.</param>
/// <param name="TargetRecovery">From the first failure until the target was healthy again; null while it is not.</param>
/// <param name="Rescued">Requests that it failed and another target answered.</param>
/// <param name="Lost">Requests that it failed and nobody answered.</param>
/// <param name="StateChanges">Changes of the target's state in it.</param>
public sealed record IncidentView(
    string Cause, string Rule, DateTimeOffset Began, TimeSpan Detection, TimeSpan? RouteRecovery, TimeSpan? TargetRecovery, long Rescued, long Lost, int StateChanges);

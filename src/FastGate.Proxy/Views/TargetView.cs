using System.Collections.Immutable;
using FastGate.Routing.Health;

namespace FastGate.Proxy.Views;

/// <summary>A target as the control plane shows it.</summary>
/// <param name="Name"><c>provider/model</c>.</param>
/// <param name="State">Its state.</param>
/// <param name="Share">The part of its normal traffic it is given, 0 to 1.</param>
/// <param name="InFlight">Attempts under way.</param>
/// <param name="Meters">What was measured of its calls, since start.</param>
/// <param name="Window">What the last half minute looked like.</param>
/// <param name="Incidents">Its incidents, newest first; the first one may be open.</param>
/// <param name="Keys">Its provider's keys.</param>
public sealed record TargetView(
    string Name, TargetState State, double Share, int InFlight, TargetMetersView Meters, HealthWindow Window, ImmutableArray<IncidentView> Incidents, ImmutableArray<KeyView> Keys);

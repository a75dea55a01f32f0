using System.Text;
using FastGate.Proxy.Measurement;
using FastGate.Routing.Planning;

namespace FastGate.Proxy.Model;

/// <summary>A name that clients send as the model, and the plan for it.</summary>
internal sealed class Route(RoutePlan plan, StatusCounters requests)
{
    internal string Name => Plan.Name;

    internal byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(plan.Name);

    internal RoutePlan Plan { get; } = plan;

    /// <summary>The route's requests by status.</summary>
    internal StatusCounters Requests { get; } = requests;
}

using System.Text;
using FastGate.Protocol.Http;
using FastGate.Proxy.Measurement;
using FastGate.Routing.Conditions;
using FastGate.Routing.Planning;

namespace FastGate.Proxy.Model;

/// <summary>A name that clients send as the model, and the plan for it.</summary>
internal sealed class Route(RoutePlan plan, RouteMeters meters, FactPath? sticky, bool readsRoom, StreamSettings streams, AnswerPolicy answers)
{
    internal string Name => Plan.Name;

    internal byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(plan.Name);

    /// <summary>The line in the heads of its answers that names it.</summary>
    internal byte[] MarkLine { get; } = HeadWriter.Render(KnownHeader.XFastgateRoute, Encoding.UTF8.GetBytes(plan.Name));

    internal RoutePlan Plan { get; } = plan;

    /// <summary>The fact that holds requests together, for the sticky strategy; else null.</summary>
    internal FactPath? Sticky { get; } = sticky;

    /// <summary>Whether a strategy weighs what the providers' rate-limit fields say is left.</summary>
    internal bool ReadsRoom { get; } = readsRoom;

    /// <summary>How its streams are treated.</summary>
    internal StreamSettings Streams { get; } = streams;

    /// <summary>What it does with answers that were given before.</summary>
    internal AnswerPolicy Answers { get; } = answers;

    /// <summary>What is measured of the route's requests.</summary>
    internal RouteMeters Meters { get; } = meters;
}

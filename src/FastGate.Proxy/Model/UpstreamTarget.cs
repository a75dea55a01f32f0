using System.Text;
using FastGate.Protocol.Json;
using FastGate.Providers.Presets;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Responses;
using FastGate.Routing.Planning;
using FastGate.Routing.Targets;

namespace FastGate.Proxy.Model;

/// <summary>One model at one provider as the data plane calls it; <see cref="Decided"/> is the same target as routing knows it.</summary>
internal sealed class UpstreamTarget
{
    internal UpstreamTarget(Provider provider, Target decided, RouteDefinition direct, TargetMeters meters, PrefixStyle prefix, PrefixMemory prefixes)
    {
        Meters = meters;
        Prefix = prefix;
        Prefixes = prefixes;
        Provider = provider;
        Decided = decided;
        NameUtf8 = Encoding.UTF8.GetBytes(decided.Name);
        MarkLine = ResponseHeadWriter.TargetLine(NameUtf8);
        ModelUtf8 = Encoding.UTF8.GetBytes(decided.Model);
        var json = new System.Buffers.ArrayBufferWriter<byte>();
        JsonEscapes.WriteString(json, ModelUtf8);
        ModelJson = json.WrittenSpan.ToArray();
        DirectPlan = RouteTableBuilder.Single(decided, direct);
        decided.Attachment = this;
    }

    internal Provider Provider { get; }

    internal Target Decided { get; }

    internal string Name => Decided.Name;

    internal string Model => Decided.Model;

    /// <summary>The plan of requests that name this target themselves.</summary>
    internal RoutePlan DirectPlan { get; }

    /// <summary>What is measured of its calls.</summary>
    internal TargetMeters Meters { get; }

    /// <summary>How it is given the beginning of an answer.</summary>
    internal PrefixStyle Prefix { get; }

    /// <summary>What it has refused of that.</summary>
    internal PrefixMemory Prefixes { get; }

    /// <summary><c>provider/model</c>.</summary>
    internal byte[] NameUtf8 { get; }

    /// <summary>The line in the head of its answers that names it; empty if its name cannot stand there.</summary>
    internal byte[] MarkLine { get; }

    /// <summary>The model as it stands in a multipart field.</summary>
    internal byte[] ModelUtf8 { get; }

    /// <summary>The model as a JSON string with its quotes.</summary>
    internal byte[] ModelJson { get; }

    /// <summary>The data plane's view of a target that routing chose.</summary>
    internal static UpstreamTarget Of(Target target) => (UpstreamTarget)target.Attachment!;
}

using System.Collections.Immutable;
using System.Text.Json;
using FastGate.Configuration.Reading;
using FastGate.Configuration.Yaml;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;

namespace FastGate.Configuration.Keys;

/// <summary>The keys of <c>on</c>: the classes of failure, and what a route does on each.</summary>
internal static class ClassActionKeys
{
    /// <summary>The word for the next target, without a retry.</summary>
    public const string Next = "next";

    /// <summary>The word for nothing more.</summary>
    public const string Stop = "stop";

    private const string NextTarget = "the next target";

    /// <summary>One action.</summary>
    public static readonly SharedShape<ClassActionDefinition?> Action = new("action", new ActionShape());

    /// <summary>All of them.</summary>
    public static readonly Section<ImmutableDictionary<FailureClass, ClassActionDefinition>> Section = Build();

    // In the words of the table of classes: failover, 1.
    private static Section<ImmutableDictionary<FailureClass, ClassActionDefinition>> Build()
    {
        Section<ImmutableDictionary<FailureClass, ClassActionDefinition>> section = new(
            "routes.NAME.on",
            "What to do on a class of failure: a chain of targets to go on with, `next` (the next target of the route, without trying the same one again), or `stop` " +
            "(the failure goes to the client). A class a route does not name keeps what `defaults` say.",
            ImmutableDictionary<FailureClass, ClassActionDefinition>.Empty);
        Add(FailureClass.Connect, "No connection: name not found, refused, TLS, `timeouts.connect`.", "the next target; the only one once more");
        Add(FailureClass.Reset, "Closed or reset before the head of a response.", "once more on a fresh connection if it was a kept one; else as `connect`");
        Add(FailureClass.Timeout, "No head within `timeouts.first_byte`.", NextTarget);
        Add(FailureClass.SlowFirstToken, "A head, but no content within `timeouts.first_token`.", NextTarget);
        Add(FailureClass.Stall, "A stream silent for `timeouts.stall`.", NextTarget);
        Add(FailureClass.StreamCut, "A stream that ended without saying so, or whose framing broke.", NextTarget);
        Add(FailureClass.Upstream5xx, "500, 502 to 504, 520 to 528, and what providers say in their place.", "the same target as `retry` says, then the next");
        Add(FailureClass.RateLimited, "429, 529, overload and quota answers, also as the first event of a stream.",
            "another key of the provider; else wait as `retry.retry_after_max` allows; else the next target");
        Add(FailureClass.Auth, "401, 402, 403.", "the next key, then the next target");
        Add(FailureClass.ContextWindow, "The input does not fit the model.", "the next target that is known to take more; else the error");
        Add(FailureClass.ContentPolicy, "The provider's content filter refused.", Stop);
        Add(FailureClass.ModelNotFound, "The provider does not have the model.", NextTarget);
        Add(FailureClass.NotSupported, "The provider does not have the endpoint: 405, 501, a 404 about the path; or its `endpoints` say so.", NextTarget);
        Add(FailureClass.Malformed, "A body that is no JSON, or an impossible head.", NextTarget);
        Add(FailureClass.Guardrail, "The gateway's own guardrail refused.", Stop);
        Add(FailureClass.Quality, "The gateway's own quality check refused.", Stop);
        Add(FailureClass.Budget, "The gateway's own budget refused.", Stop);
        return section.Refuses(
            FailureClasses.Name(FailureClass.BadRequest),
            "cannot be rerouted: the request itself is wrong, and its error goes straight back; remove it");

        void Add(FailureClass failure, string description, string byDefault) => section.Key(
            FailureClasses.Name(failure), Action, on => on.GetValueOrDefault(failure),
            (on, action) => action is null ? on : on.SetItem(failure, action), description, defaultNote: byDefault);
    }

    private sealed class ActionShape : Shape<ClassActionDefinition?>
    {
        public override string TypeName => $"`{Next}`, `{Stop}`, a target or a list of targets";

        public override ClassActionDefinition? Read(ConfigNode node, string path, ConfigReading reading, ClassActionDefinition? current)
        {
            if (node is ScalarNode)
            {
                if (reading.Text(node, path, $"{Next}, {Stop}, or the targets to go on with") is not { } text)
                {
                    return current;
                }

                if (text.Value is Next or Stop)
                {
                    return ClassActionDefinition.Of(text.Value == Next ? ClassActionKind.Next : ClassActionKind.Stop);
                }
            }

            ImmutableArray<MemberDefinition> chain = MemberKeys.OneOrMore.Read(node, path, reading, []);
            return chain.IsEmpty ? current : new ClassActionDefinition(ClassActionKind.Chain, chain);
        }

        public override void WriteSchema(Utf8JsonWriter json)
        {
            json.WriteStartArray("anyOf");
            json.WriteStartObject();
            json.WriteStartArray("enum");
            json.WriteStringValue(Next);
            json.WriteStringValue(Stop);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartObject();
            MemberKeys.OneOrMore.WriteSchema(json);
            json.WriteEndObject();
            json.WriteEndArray();
        }
    }
}

using System.Collections.Immutable;
using FastGate.Protocol.Http;

namespace FastGate.Proxy.Endpoints;

/// <summary>The data plane's paths. A new endpoint is one row.</summary>
internal static class EndpointTable
{
    internal static readonly ImmutableArray<Endpoint> All = Rows();

    /// <summary>The endpoint of nearly every request.</summary>
    internal static Endpoint Chat => All[0];

    /// <summary>The list of models, the gateway's own and a provider's.</summary>
    internal static readonly Endpoint ModelList = All.First(e => e.Kind == EndpointKind.ModelList);

    /// <summary>Length of <c>/v1</c>, which a provider's base address stands in for.</summary>
    internal const int VersionPrefixLength = 3;

    private static readonly byte[] ChatPath = "/v1/chat/completions"u8.ToArray();

    /// <summary>
    /// The row for a path and a method. Null: <paramref name="pathKnown"/> tells whether another method would have been right.
    /// </summary>
    internal static Endpoint? Find(HttpVerb verb, ReadOnlySpan<byte> path, out bool pathKnown)
    {
        // Nearly every request is one of these.
        if (verb == HttpVerb.Post && path.SequenceEqual(ChatPath))
        {
            pathKnown = true;
            return Chat;
        }

        return FindSlow(verb, path, out pathKnown);
    }

    private static Endpoint? FindSlow(HttpVerb verb, ReadOnlySpan<byte> path, out bool pathKnown)
    {
        pathKnown = false;
        foreach (Endpoint endpoint in All)
        {
            bool matches = endpoint.IsPrefix
                ? path.Length > endpoint.PathUtf8.Length && path.StartsWith(endpoint.PathUtf8)
                    && (endpoint.Kind != EndpointKind.Upstream || IsPlain(path[endpoint.PathUtf8.Length..]))
                : path.SequenceEqual(endpoint.PathUtf8);
            if (!matches)
            {
                continue;
            }

            pathKnown = true;
            if (endpoint.Verb == verb || (verb == HttpVerb.Head && endpoint.AnswersHead))
            {
                return endpoint;
            }
        }

        return null;
    }

    /// <summary>The methods a known path has, for the <c>Allow</c> field.</summary>
    internal static string Allowed(ReadOnlySpan<byte> path)
    {
        foreach (Endpoint endpoint in All)
        {
            if (endpoint.IsPrefix ? path.StartsWith(endpoint.PathUtf8) : path.SequenceEqual(endpoint.PathUtf8))
            {
                return endpoint.AnswersHead ? "GET, HEAD" : endpoint.Verb.ToString().ToUpperInvariant();
            }
        }

        return "";
    }

    // What stands for the star may not climb out of the provider's base path or change its meaning on the way.
    private static bool IsPlain(ReadOnlySpan<byte> rest) => rest.IndexOf("%"u8) < 0 && rest.IndexOf(".."u8) < 0 && rest.IndexOf("//"u8) < 0 && rest[0] != '/';

    private static ImmutableArray<Endpoint> Rows()
    {
        var rows = new List<Endpoint>();
        Upstream("/v1/chat/completions", BodyShape.Json, StreamGrammar.Chat);
        Upstream("/v1/completions", BodyShape.Json, StreamGrammar.Chat);
        Upstream("/v1/embeddings", BodyShape.Json, StreamGrammar.None);
        Upstream("/v1/responses", BodyShape.Json, StreamGrammar.Responses);
        Upstream("/v1/moderations", BodyShape.Json, StreamGrammar.None);
        Upstream("/v1/rerank", BodyShape.Json, StreamGrammar.None);
        Upstream("/v1/images/*", BodyShape.JsonOrMultipart, StreamGrammar.None);
        Upstream("/v1/audio/*", BodyShape.JsonOrMultipart, StreamGrammar.None, answersJson: false);
        Own("/v1/models", EndpointKind.ModelList);
        // A model's name may hold slashes and anything else: /v1/models/openai/gpt-4o.
        Own("/v1/models/*", EndpointKind.ModelInfo);
        Own("/v1/streams/*", EndpointKind.Stream);
        Own("/-/health", EndpointKind.Health);
        return [.. rows];

        void Upstream(string path, BodyShape body, StreamGrammar stream, bool answersJson = true) =>
            rows.Add(new Endpoint(rows.Count, HttpVerb.Post, path, EndpointKind.Upstream, body, stream, answersJson));

        void Own(string path, EndpointKind kind) => rows.Add(new Endpoint(rows.Count, HttpVerb.Get, path, kind));
    }
}

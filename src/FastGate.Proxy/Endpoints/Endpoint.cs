using System.Text;
using FastGate.Protocol.Http;

namespace FastGate.Proxy.Endpoints;

/// <summary>One row of the endpoint table: what a path means and how its body and its streams are read.</summary>
internal sealed class Endpoint
{
    internal Endpoint(int index, HttpVerb verb, string path, EndpointKind kind, BodyShape body = BodyShape.None, StreamGrammar stream = StreamGrammar.None, bool answersJson = true)
    {
        Index = index;
        Verb = verb;
        IsPrefix = path.EndsWith('*');
        Path = path.TrimEnd('*');
        PathUtf8 = Encoding.ASCII.GetBytes(Path);
        Kind = kind;
        Body = body;
        Stream = stream;
        AnswersJson = answersJson;
    }

    /// <summary>Place in <see cref="EndpointTable.All"/>.</summary>
    internal int Index { get; }

    internal HttpVerb Verb { get; }

    /// <summary>The path, or the beginning of it for rows that stand for everything below.</summary>
    internal string Path { get; }

    internal byte[] PathUtf8 { get; }

    internal bool IsPrefix { get; }

    internal EndpointKind Kind { get; }

    /// <summary>Whether a HEAD is answered as the GET would be, without the body.</summary>
    internal bool AnswersHead => Kind is EndpointKind.Health or EndpointKind.Stream;

    internal BodyShape Body { get; }

    internal StreamGrammar Stream { get; }

    /// <summary>Whether an answer that is not streamed is JSON, whatever was asked for; sound and its transcripts may be anything.</summary>
    internal bool AnswersJson { get; }

    /// <summary>Its bit in what a target offers and a request needs.</summary>
    internal uint Offer => 1u << Index;

    /// <summary>What <c>endpoints</c> of a provider calls it: <c>chat/completions</c>, <c>images</c>.</summary>
    internal string Name => UpstreamPath.Trim('/');

    /// <summary>The path below a provider's base address: without the leading <c>/v1</c>.</summary>
    internal string UpstreamPath => Path.StartsWith("/v1", StringComparison.Ordinal) ? Path[EndpointTable.VersionPrefixLength..] : Path;
}

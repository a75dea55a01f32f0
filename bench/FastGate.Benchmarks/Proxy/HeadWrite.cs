using System.Buffers;
using BenchmarkDotNet.Attributes;
using FastGate.Benchmarks.Embedded;
using FastGate.Benchmarks.Samples;
using FastGate.Protocol.Http;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Responses;

namespace FastGate.Benchmarks.Proxy;

/// <summary>Writing the heads of a forwarded request and of its forwarded response.</summary>
public class HeadWrite
{
    private static readonly HeadLimits Limits = new(32 * 1024, 128);

    private readonly OverwritingWriter _output = new();
    private readonly RequestHead _request = new();
    private readonly ResponseHead _response = new();
    private readonly Route _route;
    private UpstreamRequest _upstream;

    public HeadWrite()
    {
        RequestParser.TryParse(new ReadOnlySequence<byte>(Heads.OpenAiLibrary(430)), _request, Limits);
        ResponseParser.TryParse(new ReadOnlySequence<byte>(Heads.Provider("application/json", 420)), _response, Limits, HttpVerb.Post);
        GatewaySnapshot snapshot = EmbeddedGateway.Snapshot(EmbeddedGateway.OneProvider());
        _route = snapshot.Routes[0];
        Provider provider = snapshot.Providers[0];
        _upstream = new UpstreamRequest
        {
            Provider = provider,
            Key = provider.Keys[0],
            Endpoint = EndpointTable.All[0],
            Head = _request,
            Body = new ReadOnlySequence<byte>(Chat.Request("chat", 430, stream: false)),
        };
    }

    [Benchmark]
    public int Request_to_a_provider()
    {
        _output.Clear();
        UpstreamRequestWriter.WriteHead(_output, _upstream);
        return _output.Length;
    }

    [Benchmark]
    public int Response_to_a_client()
    {
        _output.Clear();
        var mark = new ResponseMark { RequestId = "fg-0123456789abcdef"u8, Target = "bench/gpt-4o-mini"u8, Route = _route, Attempts = 1 };
        ResponseHeadWriter.WriteForwarded(_output, _response, mark, 420);
        return _output.Length;
    }
}

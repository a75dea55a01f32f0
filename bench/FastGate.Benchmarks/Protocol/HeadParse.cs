using System.Buffers;
using BenchmarkDotNet.Attributes;
using FastGate.Benchmarks.Samples;
using FastGate.Protocol.Http;

namespace FastGate.Benchmarks.Protocol;

/// <summary>Parsing a message's head that has arrived whole.</summary>
public class HeadParse
{
    private static readonly HeadLimits Limits = new(32 * 1024, 128);

    private readonly ReadOnlySequence<byte> _curl = new(Heads.Curl(430));
    private readonly ReadOnlySequence<byte> _library = new(Heads.OpenAiLibrary(430));
    private readonly ReadOnlySequence<byte> _provider = new(Heads.Provider("application/json", 420));
    private readonly RequestHead _request = new();
    private readonly ResponseHead _response = new();

    [Benchmark]
    public int Request_of_curl() => Request(_curl);

    [Benchmark]
    public int Request_of_the_OpenAI_library() => Request(_library);

    [Benchmark]
    public int Response_of_a_provider()
    {
        _response.Reset();
        return ResponseParser.TryParse(_provider, _response, Limits, HttpVerb.Post) == ParseStatus.Complete ? _response.HeaderCount : throw new InvalidOperationException();
    }

    private int Request(in ReadOnlySequence<byte> octets)
    {
        _request.Reset();
        return RequestParser.TryParse(octets, _request, Limits) == ParseStatus.Complete ? _request.HeaderCount : throw new InvalidOperationException();
    }
}

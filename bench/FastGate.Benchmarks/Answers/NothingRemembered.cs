using System.Buffers;
using BenchmarkDotNet.Attributes;
using FastGate.Benchmarks.Samples;
using FastGate.Protocol.Http;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Model;

namespace FastGate.Benchmarks.Answers;

/// <summary>What keys and stored answers cost a request that has no key, on a route that stores nothing.</summary>
public class NothingRemembered
{
    private readonly RequestHead _head = new();

    public NothingRemembered()
    {
        if (RequestParser.TryParse(new ReadOnlySequence<byte>(Heads.OpenAiLibrary(430)), _head, new HeadLimits(32 * 1024, 128)) != ParseStatus.Complete)
        {
            throw new InvalidOperationException("The head is not whole.");
        }
    }

    [Benchmark]
    public int Lookup_for_a_request_without_a_key() =>
        RequestMemory.Concerns(AnswerPolicy.Default, _head) ? throw new InvalidOperationException("It has none.") : _head.HeaderCount;
}

using BenchmarkDotNet.Attributes;
using FastGate.Providers.OpenAi;
using FastGate.Proxy.Measurement;

namespace FastGate.Benchmarks.Proxy;

/// <summary>What measuring a request costs it.</summary>
public class Metering
{
    private readonly StripedHistogram _histogram = new(HistogramBuckets.OwnWork);
    private readonly WorkTime _work = new(TimeProvider.System);
    private readonly byte[] _answer = Samples.Chat.Completion(1024);
    private long _next = 1;

    [Benchmark]
    public int Observation()
    {
        // Durations all over the buckets, so that no branch learns where they lie.
        _next = (_next * 48271) % 0x7FFFFFFF;
        _histogram.Observe(_next & 0xFFFF);
        return 1;
    }

    [Benchmark]
    public int Own_work_of_a_request_with_one_wait()
    {
        _work.Clear();
        _work.Resume();
        _work.PauseUnless(completed: false);
        _work.Resume();
        _work.End();
        _histogram.Observe(_work.OwnNanoseconds);
        return (int)_work.TotalNanoseconds;
    }

    [Benchmark]
    public int Usage_of_an_answer()
    {
        UsageScanner scanner = default;
        scanner.Reset();
        scanner.Feed(_answer);
        return (int)scanner.Usage.CompletionTokens;
    }
}

using BenchmarkDotNet.Attributes;
using FastGate.Benchmarks.Samples;
using FastGate.Providers.OpenAi;
using FastGate.Proxy.Continuation;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Streams;

namespace FastGate.Benchmarks.Proxy;

/// <summary>What is read out of each event of a chat stream.</summary>
public class EventFacts
{
    private readonly byte[] _data = Chat.DataOf(Chat.Event(200, 1));
    private readonly DeliveredAnswer _delivered = new();
    private StreamProgress _progress = new(StreamGrammar.Chat);

    [Benchmark]
    public int Scan_of_an_event() => ChatChunkScanner.TryScan(_data, out ChatChunk facts) && facts.IsFirstToken ? 1 : throw new InvalidOperationException();

    [Benchmark]
    public int Progress_of_a_stream_by_an_event() => _progress.Note(_data) == EventAction.Pass ? 1 : throw new InvalidOperationException();

    [Benchmark]
    public int Text_of_an_event_kept_for_a_continuation()
    {
        if (_delivered.Length > 16 * 1024)
        {
            _delivered.Clear();
        }

        _progress.Note(_data);
        _delivered.Note(_data, _progress.Chunk);
        return _delivered.IsLost ? throw new InvalidOperationException() : (int)_delivered.Length;
    }
}

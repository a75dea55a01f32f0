using BenchmarkDotNet.Attributes;
using FastGate.Benchmarks.Samples;
using FastGate.Protocol.Sse;

namespace FastGate.Benchmarks.Protocol;

/// <summary>Cutting a stream of 100 events of 200 octets; counted by the event.</summary>
public class EventSplit
{
    private const int Events = 100;

    private readonly byte[] _stream = Wire.Join([.. Enumerable.Range(0, Events).Select(i => Chat.Event(200, i))]);
    private readonly SseReader _reader = new();

    [Benchmark(OperationsPerInvoke = Events)]
    public int Event_of_200_bytes_among_others() => Expect(Read(_stream));

    /// <summary>Every octet in a read of its own: the worst a network can do.</summary>
    [Benchmark(OperationsPerInvoke = Events)]
    public int Event_of_200_bytes_octet_by_octet()
    {
        int count = 0;
        for (int i = 0; i < _stream.Length; i++)
        {
            count += Read(_stream.AsSpan(i, 1));
        }

        return Expect(count);
    }

    private int Read(ReadOnlySpan<byte> octets)
    {
        int count = 0;
        foreach (SseEvent _ in _reader.Read(octets))
        {
            count++;
        }

        return count;
    }

    private static int Expect(int count) => count == Events ? count : throw new InvalidOperationException($"{count} events");
}

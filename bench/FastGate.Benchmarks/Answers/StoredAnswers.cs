using System.Buffers;
using BenchmarkDotNet.Attributes;
using FastGate.Benchmarks.Embedded;
using FastGate.Benchmarks.Samples;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Model;

namespace FastGate.Benchmarks.Answers;

/// <summary>Stored answers: finding one among many, and a whole request that is answered by one, to be held against <c>WholeRequest.Unary_chat</c>.</summary>
public class StoredAnswers : IDisposable
{
    private const int Count = 10_000;

    private readonly MemoryAnswerStore _store = new(64 * 1024 * 1024);
    private readonly AnswerKey[] _keys = [.. Enumerable.Range(0, Count).Select(i => AnswerKey.Of(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(i))))];
    private readonly BodyBuffer _found = new();
    private readonly EmbeddedGateway _gateway = new(EmbeddedGateway.OneProvider() with { DirectAnswers = new AnswerPolicy { CacheTtl = TimeSpan.FromHours(1) } });
    private readonly byte[] _request = Request();
    private int _next;

    public StoredAnswers()
    {
        var answer = new ReadOnlySequence<byte>(new byte[1024]);
        foreach (AnswerKey key in _keys)
        {
            _store.Store(key, answer, 1);
        }

        _gateway.Connect();
        _gateway.Read(_request, [Wire.Join(Heads.Provider("application/json", 420), Chat.Completion(420))]);
        if (!_gateway.ReadStored(_request).Contains("x-fastgate-cache: hit", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("The answer was not stored.");
        }
    }

    [Benchmark]
    public int Lookup_of_a_kilobyte_among_10000()
    {
        _next = _next + 1 == Count ? 0 : _next + 1;
        int found = _store.TryRead(_keys[_next], 0, _found) ? (int)_found.Length : 0;
        _found.Clear();
        return found;
    }

    [Benchmark]
    public int Hit() => _gateway.AskStored(_request);

    public void Dispose()
    {
        _gateway.Dispose();
        GC.SuppressFinalize(this);
    }

    private static byte[] Request()
    {
        byte[] body = Chat.Request("chat", 430, stream: false);
        return Wire.Join(Heads.OpenAiLibrary(body.Length), body);
    }
}

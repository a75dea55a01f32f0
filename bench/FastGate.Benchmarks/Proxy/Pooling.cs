using BenchmarkDotNet.Attributes;
using FastGate.Benchmarks.Embedded;
using FastGate.Proxy.Time;
using FastGate.Proxy.Upstream;

namespace FastGate.Benchmarks.Proxy;

/// <summary>Taking a warm connection from a provider's pool and putting it back, its liveness check included.</summary>
public class Pooling : IDisposable
{
    private readonly UpstreamPool _pool;

    public Pooling()
    {
        var wheel = new TimerWheel(new FrozenTime());
        var connector = new MemoryConnector(wheel);
        _pool = new UpstreamPool(connector, PoolLimits.Default, wheel);
        ConnectResult made = _pool.ConnectAsync(default).AsTask().GetAwaiter().GetResult();
        _pool.Return(made.Connection!);
    }

    [Benchmark]
    public int Rent_and_return()
    {
        UpstreamConnection connection = _pool.TryRent() ?? throw new InvalidOperationException("The pool is empty.");
        _pool.Return(connection);
        return connection.Uses;
    }

    public void Dispose()
    {
        _pool.Dispose();
        GC.SuppressFinalize(this);
    }
}

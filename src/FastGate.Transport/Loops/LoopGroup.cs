using System.Collections.Immutable;

namespace FastGate.Transport.Loops;

/// <summary>The loops of one transport.</summary>
internal sealed class LoopGroup
{
    private readonly ImmutableArray<EventLoop> _loops;
    private int _turn = -1;

    internal LoopGroup(int count) => _loops = [.. Enumerable.Range(0, count).Select(i => new EventLoop(this, i))];

    internal int Count => _loops.Length;

    internal EventLoop this[int index] => _loops[index];

    /// <summary>The loops in turn.</summary>
    internal EventLoop Next() => _loops[(int)((uint)Interlocked.Increment(ref _turn) % (uint)_loops.Length)];

    /// <summary>The caller's own loop; off the loops, the next one in turn.</summary>
    internal EventLoop Nearest() => EventLoop.Current is { } current && current.Group == this ? current : Next();

    internal Task EndAsync() => Task.WhenAll(_loops.Select(loop => loop.EndAsync()));
}

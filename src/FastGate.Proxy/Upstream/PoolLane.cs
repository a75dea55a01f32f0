using System.Runtime.InteropServices;
using FastGate.Transport;

namespace FastGate.Proxy.Upstream;

/// <summary>
/// The idle connections of one loop: a few hot slots that are exchanged without a lock, and behind these a stack with one. Any thread may
/// use it; its own loop mostly does.
/// </summary>
internal sealed class PoolLane
{
    private const int HotSlots = 4;

    private readonly Slot[] _hot = new Slot[HotSlots];
    private readonly Lock _lock = new();
    private readonly Stack<UpstreamConnection> _rest = new();
    private int _restCount;

    /// <summary>The number of the caller's lane: its loop, or else its processor.</summary>
    internal static int OfCaller => EpollTransport.CurrentLoop is >= 0 and int loop ? loop : Thread.GetCurrentProcessorId();

    /// <summary>A connection that may have been closed meanwhile, or null.</summary>
    internal UpstreamConnection? TryTake()
    {
        for (int i = 0; i < HotSlots; i++)
        {
            ref UpstreamConnection? slot = ref _hot[i].Connection;
            if (Volatile.Read(ref slot) is not null && Interlocked.Exchange(ref slot, null) is { } hot)
            {
                return hot;
            }
        }

        if (Volatile.Read(ref _restCount) == 0)
        {
            return null;
        }

        lock (_lock)
        {
            if (!_rest.TryPop(out UpstreamConnection? connection))
            {
                return null;
            }

            Volatile.Write(ref _restCount, _rest.Count);
            return connection;
        }
    }

    internal void Put(UpstreamConnection connection)
    {
        for (int i = 0; i < HotSlots; i++)
        {
            ref UpstreamConnection? slot = ref _hot[i].Connection;
            if (Volatile.Read(ref slot) is null && Interlocked.CompareExchange(ref slot, connection, null) is null)
            {
                return;
            }
        }

        lock (_lock)
        {
            _rest.Push(connection);

            // With a fence: the pool looks for somebody waiting behind it.
            Interlocked.Exchange(ref _restCount, _rest.Count);
        }
    }

    /// <summary>Shows every idle connection to <paramref name="discard"/>, and keeps those it does not discard.</summary>
    internal void Sweep(Predicate<UpstreamConnection> discard)
    {
        for (int i = 0; i < HotSlots; i++)
        {
            if (Interlocked.Exchange(ref _hot[i].Connection, null) is { } connection && !discard(connection))
            {
                Put(connection);
            }
        }

        UpstreamConnection[] rest;
        lock (_lock)
        {
            rest = [.. _rest];
            _rest.Clear();
            _restCount = 0;
        }

        // The newest lies on top of the stack and comes first in the array: put the oldest back first.
        for (int i = rest.Length - 1; i >= 0; i--)
        {
            if (!discard(rest[i]))
            {
                Put(rest[i]);
            }
        }
    }

    // A slot on a cache line of its own, so that two loops do not contend.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Slot
    {
        [FieldOffset(0)]
        public UpstreamConnection? Connection;
    }
}

using System.Numerics;
using FastGate.Proxy.Time;

namespace FastGate.Proxy.Upstream;

/// <summary>
/// The connections to one provider: bounded in number, reused most recently used first, checked before use.
/// </summary>
/// <remarks>
/// In lanes, one for each loop (or processor), so that a loop meets its own connections again: only a loop whose lane is empty takes one
/// from another's, which then moves to it. A lane has two tiers: a few hot slots that are exchanged without a lock, and a stack behind a
/// lock. Past the bound callers queue, and a connection that comes back goes straight to the first of them.
/// The order "put back, then look for somebody waiting" here and "queue, then look for a connection" there, with an interlocked
/// operation in between on both sides, leaves no window in which a connection lies idle while somebody waits.
/// </remarks>
internal sealed class UpstreamPool : IDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    private readonly IUpstreamConnector _connector;
    private readonly TimerWheel _wheel;
    private readonly long _idleTicks;
    private readonly long _lifetimeTicks;
    private readonly int _maxConnections;
    private readonly PoolLane[] _lanes = [.. Enumerable.Range(0, (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)).Select(_ => new PoolLane())];
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource<UpstreamConnection?>> _waiters = new();
    private readonly SweepTimer _sweep;
    private int _waiting;
    private int _total;
    private volatile bool _retired;

    internal UpstreamPool(IUpstreamConnector connector, PoolLimits limits, TimerWheel wheel)
    {
        _connector = connector;
        _wheel = wheel;
        _maxConnections = limits.MaxConnections;
        _idleTicks = TimerWheel.TicksOf(limits.Idle);
        _lifetimeTicks = TimerWheel.TicksOf(limits.Lifetime);
        _sweep = new SweepTimer(this);
    }

    /// <summary>Connections that exist or are being made.</summary>
    internal int Count => Volatile.Read(ref _total);

    /// <summary>An idle connection that can be used, or null. Never blocks, never allocates.</summary>
    internal UpstreamConnection? TryRent()
    {
        int own = PoolLane.OfCaller;
        for (int i = 0; i < _lanes.Length; i++)
        {
            PoolLane lane = _lanes[(own + i) & (_lanes.Length - 1)];
            while (lane.TryTake() is { } connection)
            {
                if (Check(connection))
                {
                    connection.MoveToCaller();
                    return connection;
                }
            }
        }

        return null;
    }

    /// <summary>
    /// A connection that carries nothing yet, made anew; when the bound is reached, the next one that comes back (or is closed),
    /// for which the caller waits until <paramref name="ended"/>.
    /// </summary>
    internal async ValueTask<ConnectResult> ConnectAsync(CancellationToken ended)
    {
        if (!TryReserve())
        {
            UpstreamConnection? returned;
            try
            {
                returned = await WaitAsync(ended).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return ConnectResult.Failed(ConnectFailure.PoolExhausted, $"all {_maxConnections} connections were in use");
            }

            if (returned is not null)
            {
                return ConnectResult.Of(returned);
            }
        }

        ConnectResult result = await _connector.ConnectAsync(ended).ConfigureAwait(false);
        if (result.Succeeded)
        {
            result.Connection.Uses = 1;
            _wheel.Arm(_sweep, SweepInterval);
        }
        else
        {
            Release();
        }

        return result;
    }

    /// <summary>Gives back a connection whose last response was read to its end.</summary>
    internal void Return(UpstreamConnection connection)
    {
        if (_retired || _wheel.Now - connection.CreatedTick >= _lifetimeTicks)
        {
            Discard(connection, "The connection is at the end of its lifetime.");
            return;
        }

        connection.IdleSinceTick = _wheel.Now;
        Store(connection);
        if (Volatile.Read(ref _waiting) > 0)
        {
            ServeWaiters();
        }
    }

    /// <summary>Closes a connection that was rented, and lets somebody else make one.</summary>
    internal void Discard(UpstreamConnection connection, string reason)
    {
        connection.Abort(reason);
        Release();
    }

    /// <summary>No connection is kept from now on: idle ones are closed, rented ones when they come back.</summary>
    internal void Retire()
    {
        _retired = true;
        Sweep();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Retire();
        _wheel.Remove(_sweep);
    }

    private bool Check(UpstreamConnection connection)
    {
        if (!IsExpired(connection) && connection.IsUsable())
        {
            connection.Uses++;
            return true;
        }

        Discard(connection, "The idle connection was closed or too old.");
        return false;
    }

    private bool IsExpired(UpstreamConnection connection)
    {
        long now = _wheel.Now;
        return _retired || now - connection.IdleSinceTick >= _idleTicks || now - connection.CreatedTick >= _lifetimeTicks;
    }

    private void Store(UpstreamConnection connection)
    {
        int lane = connection.Loop is >= 0 and int loop ? loop : PoolLane.OfCaller;
        _lanes[lane & (_lanes.Length - 1)].Put(connection);
    }

    private bool TryReserve()
    {
        if (Interlocked.Increment(ref _total) <= _maxConnections)
        {
            return true;
        }

        Interlocked.Decrement(ref _total);
        return false;
    }

    private void Release()
    {
        Interlocked.Decrement(ref _total);
        if (Volatile.Read(ref _waiting) > 0)
        {
            ServeWaiters();
        }
    }

    private async ValueTask<UpstreamConnection?> WaitAsync(CancellationToken ended)
    {
        var waiter = new TaskCompletionSource<UpstreamConnection?>(TaskCreationOptions.RunContinuationsAsynchronously);
        LinkedListNode<TaskCompletionSource<UpstreamConnection?>> place;
        lock (_lock)
        {
            place = _waiters.AddLast(waiter);
            Interlocked.Increment(ref _waiting);
        }

        ServeWaiters();
        try
        {
            return await waiter.Task.WaitAsync(ended).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Either this gives the place up, or the hand-over has just won: then it is not lost.
            if (!waiter.TrySetCanceled(CancellationToken.None))
            {
                return await waiter.Task.ConfigureAwait(false);
            }

            lock (_lock)
            {
                if (place.List is not null)
                {
                    _waiters.Remove(place);
                    Interlocked.Decrement(ref _waiting);
                }
            }

            throw;
        }
    }

    // Hands idle connections, or the permission to make one, to those who wait, first come first served.
    private void ServeWaiters()
    {
        while (Volatile.Read(ref _waiting) > 0)
        {
            UpstreamConnection? connection = TryRent();
            if (connection is null && !TryReserve())
            {
                return;
            }

            TaskCompletionSource<UpstreamConnection?>? waiter;
            lock (_lock)
            {
                waiter = _waiters.First?.Value;
                if (waiter is not null)
                {
                    _waiters.RemoveFirst();
                    Interlocked.Decrement(ref _waiting);
                }
            }

            if (waiter is null || !waiter.TrySetResult(connection))
            {
                // Nobody there, or somebody who has given up.
                if (connection is null)
                {
                    Interlocked.Decrement(ref _total);
                }
                else
                {
                    connection.IdleSinceTick = _wheel.Now;
                    Store(connection);
                }
            }
        }
    }

    // Closes what has been idle or alive for too long, or was closed by the provider.
    private void Sweep()
    {
        foreach (PoolLane lane in _lanes)
        {
            lane.Sweep(DiscardIfExpired);
        }

        if (Volatile.Read(ref _waiting) > 0)
        {
            ServeWaiters();
        }

        if (Count > 0)
        {
            _wheel.Arm(_sweep, SweepInterval);
        }
    }

    private bool DiscardIfExpired(UpstreamConnection connection)
    {
        if (!IsExpired(connection) && connection.IsUsable())
        {
            return false;
        }

        Discard(connection, "The idle connection was closed or too old.");
        return true;
    }

    private sealed class SweepTimer(UpstreamPool pool) : TimerEntry
    {
        protected internal override void OnDeadline() => pool.Sweep();
    }
}

using System.Security.Cryptography;
using FastGate.MockProvider.Http;

namespace FastGate.MockProvider.Calls;

/// <summary>
/// The calls seen, bounded, and those waiting for something to happen in it. Every change runs the waiting predicates under the
/// one lock, so no change can slip between a look and a wait.
/// </summary>
internal sealed class CallLog(TimeProvider clock, int capacity)
{
    private const int KeptBodyBytes = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<CallEntry> _entries = new();
    private readonly List<Waiter> _waiters = [];
    private long _lastNumber;

    internal TimeProvider Clock => clock;

    internal IReadOnlyList<MockCall> Snapshot()
    {
        lock (_lock)
        {
            return SnapshotLocked();
        }
    }

    internal CallEntry Begin(MockRequest request, long connection)
    {
        int kept = Math.Min(request.Body.Length, KeptBodyBytes);
        var call = new MockCall
        {
            Number = 0,
            Time = clock.GetUtcNow(),
            Method = request.Method,
            Path = request.Path,
            Headers = [.. request.Headers.Select(Credentials.Masked)],
            Connection = connection,
            IdempotencyKey = request.Header("Idempotency-Key"),
            BodyBytes = request.Body.Length,
            BodySha256 = Convert.ToHexStringLower(SHA256.HashData(request.Body)),
            Body = request.Body.AsMemory(0, kept),
        };
        lock (_lock)
        {
            var entry = new CallEntry(this, call with { Number = ++_lastNumber }, clock.GetTimestamp());
            _entries.Enqueue(entry);
            while (_entries.Count > capacity)
            {
                _entries.Dequeue();
            }

            WakeLocked();
            return entry;
        }
    }

    internal void Update(CallEntry entry, Func<MockCall, MockCall> change)
    {
        lock (_lock)
        {
            entry.Call = change(entry.Call);
            WakeLocked();
        }
    }

    /// <summary>Forgets every call and counts from 1 again; waiters keep waiting for what comes.</summary>
    internal void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
            _lastNumber = 0;
        }
    }

    internal Task<IReadOnlyList<MockCall>> WaitAsync(Func<IReadOnlyList<MockCall>, bool> predicate, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            IReadOnlyList<MockCall> calls = SnapshotLocked();
            if (predicate(calls))
            {
                return Task.FromResult(calls);
            }

            var waiter = new Waiter(predicate);
            _waiters.Add(waiter);
            return AwaitAsync(waiter, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<MockCall>> AwaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        try
        {
            return await waiter.Completion.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_lock)
            {
                _waiters.Remove(waiter);
            }
        }
    }

    private MockCall[] SnapshotLocked() => [.. _entries.Select(entry => entry.Call)];

    private void WakeLocked()
    {
        if (_waiters.Count == 0)
        {
            return;
        }

        MockCall[] calls = SnapshotLocked();
        foreach (Waiter waiter in _waiters)
        {
            waiter.Offer(calls);
        }
    }

    private sealed class Waiter(Func<IReadOnlyList<MockCall>, bool> predicate)
    {
        internal TaskCompletionSource<IReadOnlyList<MockCall>> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal void Offer(IReadOnlyList<MockCall> calls)
        {
            if (Completion.Task.IsCompleted)
            {
                return;
            }

            try
            {
                if (predicate(calls))
                {
                    Completion.TrySetResult(calls);
                }
            }
#pragma warning disable CA1031 // whatever the caller's predicate throws belongs to the caller, not to the call being served
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Completion.TrySetException(exception);
            }
        }
    }
}

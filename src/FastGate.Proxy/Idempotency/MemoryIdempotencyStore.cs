using FastGate.Proxy.Answers;
using FastGate.Proxy.Replay;
using FastGate.Proxy.Time;

namespace FastGate.Proxy.Idempotency;

/// <summary>
/// Runs and their answers in memory, bounded in number and octets. When a bound is reached the answers that were finished first go;
/// runs under way are never given up, so that a request beyond them is served without being remembered.
/// </summary>
internal sealed class MemoryIdempotencyStore : IIdempotencyStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<AnswerKey, IdempotentRun> _runs = [];
    private readonly KeptAnswers _kept;
    private readonly ReplayMemory _memory;
    private readonly DetachedExchanges _detached;
    private readonly TimerWheel _wheel;
    private IdempotencyLimits _limits;

    internal MemoryIdempotencyStore(IdempotencyLimits limits, TimerWheel wheel)
    {
        _limits = limits;
        _wheel = wheel;
        _memory = new ReplayMemory(limits.Bytes) { EvictOldest = EvictOldest };
        _kept = new KeptAnswers(_memory, wheel);

        // Whatever runs under a key may go on without its client; there are no more of those than entries.
        _detached = new DetachedExchanges(limits.Entries);
    }

    /// <summary>The bounds; may be changed at any time.</summary>
    internal IdempotencyLimits Limits
    {
        get => Volatile.Read(ref _limits);
        set
        {
            Volatile.Write(ref _limits, value);
            _memory.Limit = value.Bytes;
            _detached.Limit = value.Entries;
        }
    }

    /// <summary>Runs under way and answers kept.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _runs.Count + _kept.Count;
            }
        }
    }

    /// <summary>Runs that go on without their clients.</summary>
    internal int Detached => _detached.Count;

    /// <summary>Octets of their answers.</summary>
    internal long Octets => _memory.Octets;

    /// <inheritdoc/>
    public ValueTask<IdempotencyClaim> ClaimAsync(in AnswerKey key, in AnswerKey request) => ValueTask.FromResult(Claim(key, request));

    /// <inheritdoc/>
    public bool End(IdempotentRun run, TimeSpan keep)
    {
        bool kept = keep > TimeSpan.Zero && run.Recording is { State: RecordingState.Complete, IsWhole: true } && run.Head is not null;
        if (kept)
        {
            Keep(run, _wheel.Now + TimerWheel.TicksOf(keep));
        }
        else
        {
            lock (_lock)
            {
                _runs.Remove(run.Key);
            }
        }

        run.Recording.Release();
        _memory.Settle();
        return kept;
    }

    // Who asks finds the run until its answer is there in its stead.
    private void Keep(IdempotentRun run, long expiryTick)
    {
        int size = KeptAnswer.SizeOf(run);
        lock (_lock)
        {
            if (_kept.TryAdd(run, size, expiryTick))
            {
                _runs.Remove(run.Key);
                return;
            }
        }

        // Not under the lock: the answer may be large.
        KeptSegment segment = _kept.NewSegment(run, size, expiryTick, Expire);
        lock (_lock)
        {
            _kept.Add(segment, expiryTick);
            _runs.Remove(run.Key);
        }
    }

    private IdempotencyClaim Claim(in AnswerKey key, in AnswerKey request)
    {
        lock (_lock)
        {
            if (Find(key, request) is { } found)
            {
                return found;
            }
        }

        while (Count >= Limits.Entries)
        {
            if (!EvictOldest())
            {
                return new IdempotencyClaim(ClaimKind.Full);
            }
        }

        // Not under the lock, since memory for it may have to be had by giving up another.
        var recording = Recording.TryBegin(_memory, _wheel, _detached, Limits.Answer, Timeout.InfiniteTimeSpan);
        if (recording is null)
        {
            return new IdempotencyClaim(ClaimKind.Full);
        }

        var run = new IdempotentRun(key, request, recording);
        IdempotencyClaim claim;
        lock (_lock)
        {
            // Somebody may have come first meanwhile.
            claim = Find(key, request) ?? new IdempotencyClaim(ClaimKind.Begun, run);
            if (claim.Run == run)
            {
                _runs.Add(key, run);
            }
        }

        if (claim.Run != run)
        {
            recording.Release();
        }

        return claim;
    }

    // Under the lock.
    private IdempotencyClaim? Find(in AnswerKey key, in AnswerKey request)
    {
        if (_runs.TryGetValue(key, out IdempotentRun? run))
        {
            if (!run.Request.Equals(request))
            {
                return new IdempotencyClaim(ClaimKind.Conflict);
            }

            // The store holds what it knows, so this cannot fail.
            return run.Recording.TryHold() ? new IdempotencyClaim(ClaimKind.Found, run) : throw new InvalidOperationException("A run in the store was let go.");
        }

        return !_kept.TryFind(key, out KeptAnswer kept) ? null
            : kept.Answers(request) ? new IdempotencyClaim(ClaimKind.Kept, Answer: kept)
            : new IdempotencyClaim(ClaimKind.Conflict);
    }

    private bool EvictOldest()
    {
        lock (_lock)
        {
            return _kept.TryGiveUpOldest();
        }
    }

    private void Expire(KeptSegment segment)
    {
        lock (_lock)
        {
            _kept.Expire(segment);
        }
    }
}

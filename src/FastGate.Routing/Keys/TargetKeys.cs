using FastGate.Routing.Timing;

namespace FastGate.Routing.Keys;

/// <summary>
/// The keys one target may be called with: which are in use, until when each is limited here, how much room each has left.
/// Everything is read with volatile loads and written without locks.
/// </summary>
public sealed class TargetKeys
{
    /// <summary>How many keys a provider may have.</summary>
    public const int MaximumKeys = 32;

    // A limit without a Retry-After holds a key for a second, doubling while it goes on, up to a quarter of a minute.
    private const long FirstHoldTicks = TimeSpan.TicksPerSecond;
    private const long LongestHoldTicks = 15 * TimeSpan.TicksPerSecond;
    private const long LongestRetryAfterTicks = 10 * TimeSpan.TicksPerMinute;
    private const int FullRoom = 1000;

    private readonly ProviderKey[] _keys;
    private readonly KeyRoom[] _rooms;

    /// <summary>Creates the keys of a target.</summary>
    /// <param name="keys">The provider's keys, at most <see cref="MaximumKeys"/>; empty for a provider that needs none.</param>
    /// <exception cref="ArgumentException">There are too many.</exception>
    public TargetKeys(IReadOnlyList<ProviderKey> keys)
    {
        if (keys.Count > MaximumKeys)
        {
            throw new ArgumentException($"A provider can have at most {MaximumKeys} keys, this one has {keys.Count}.", nameof(keys));
        }

        // A provider without keys is one with a key that is never refused or changed.
        _keys = keys.Count == 0 ? [new ProviderKey("none")] : [.. keys];
        _rooms = new KeyRoom[_keys.Length];
        for (int i = 0; i < _rooms.Length; i++)
        {
            _rooms[i].Room = FullRoom;
        }
    }

    /// <summary>How many keys there are, at least 1.</summary>
    public int Count => _keys.Length;

    /// <summary>The key with an index from a decision.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    public ProviderKey this[int index] => _keys[index];

    /// <summary>Whether the key may be used now.</summary>
    /// <param name="index">The key.</param>
    /// <param name="nowTicks">The time.</param>
    public bool IsUsable(int index, long nowTicks) => !_keys[index].IsOut && Volatile.Read(ref _rooms[index].LimitedUntilTicks) <= nowTicks;

    /// <summary>When the key is no longer limited, in ticks; 0 when it never was.</summary>
    /// <param name="index">The key.</param>
    public long LimitedUntilTicks(int index) => Volatile.Read(ref _rooms[index].LimitedUntilTicks);

    /// <summary>Takes the provider's rate-limit headers into account.</summary>
    /// <param name="index">The key they were about.</param>
    /// <param name="room">What they said.</param>
    /// <param name="nowTicks">The time.</param>
    public void RecordRoom(int index, in RateLimitRoom room, long nowTicks)
    {
        Volatile.Write(ref _rooms[index].Room, (int)(room.Fraction * FullRoom));
        Volatile.Write(ref _rooms[index].RoomUntilTicks, nowTicks + Math.Max(room.ResetAfter.Ticks, 0));
    }

    /// <summary>Takes a key by weight and room among those in use and not limited.</summary>
    /// <param name="excluded">Bits of keys not to take.</param>
    /// <param name="nowTicks">The time.</param>
    /// <param name="random">The request's chance.</param>
    /// <returns>Its index; -1 when there is none.</returns>
    internal int Choose(uint excluded, long nowTicks, ref RequestRandom random)
    {
        if (_keys.Length == 1)
        {
            return (excluded & 1) == 0 && IsUsable(0, nowTicks) ? 0 : -1;
        }

        long total = 0;
        uint usable = 0;
        for (int i = 0; i < _keys.Length; i++)
        {
            if ((excluded & (1u << i)) == 0 && IsUsable(i, nowTicks))
            {
                usable |= 1u << i;
                total += WeightOf(i, nowTicks);
            }
        }

        if (usable == 0)
        {
            return -1;
        }

        long at = (long)(random.NextDouble() * total);
        for (int i = 0; i < _keys.Length; i++)
        {
            if ((usable & (1u << i)) != 0)
            {
                at -= WeightOf(i, nowTicks);
                if (at < 0)
                {
                    return i;
                }
            }
        }

        // Rooms changed between the two passes.
        return System.Numerics.BitOperations.TrailingZeroCount(usable);
    }

    /// <summary>The key that is free first, for the one attempt made when nothing else is left; -1 when every key is refused.</summary>
    internal int ChooseSoonest()
    {
        int best = -1;
        long bestUntil = long.MaxValue;
        for (int i = 0; i < _keys.Length; i++)
        {
            long until = LimitedUntilTicks(i);
            if (!_keys[i].IsOut && until < bestUntil)
            {
                best = i;
                bestUntil = until;
            }
        }

        return best;
    }

    /// <summary>When the first key that is in use is free; <see cref="long.MaxValue"/> when every key is refused.</summary>
    internal long SoonestTicks()
    {
        int soonest = ChooseSoonest();
        return soonest < 0 ? long.MaxValue : LimitedUntilTicks(soonest);
    }

    /// <summary>The provider limited a key: it rests for as long as was asked, or for a hold that doubles while this goes on.</summary>
    internal void RecordLimit(int index, TimeSpan? retryAfter, long nowTicks)
    {
        ref KeyRoom room = ref _rooms[index];
        long hold;
        if (retryAfter is TimeSpan asked)
        {
            hold = Math.Clamp(asked.Ticks, 0, LongestRetryAfterTicks);
        }
        else
        {
            // Answers to requests sent before the first limit was known do not double it again.
            bool known = nowTicks < Volatile.Read(ref room.LimitedUntilTicks);
            int row = known ? Volatile.Read(ref room.LimitsInARow) : Interlocked.Increment(ref room.LimitsInARow);
            hold = Math.Min(FirstHoldTicks << Math.Clamp(row - 1, 0, 8), LongestHoldTicks);
        }

        Volatile.Write(ref room.LimitedUntilTicks, Math.Max(nowTicks + hold, Volatile.Read(ref room.LimitedUntilTicks)));
    }

    /// <summary>An answer came with the key: the next limit starts at the shortest hold.</summary>
    internal void RecordAnswer(int index)
    {
        ref KeyRoom room = ref _rooms[index];
        if (Volatile.Read(ref room.LimitsInARow) != 0)
        {
            Volatile.Write(ref room.LimitsInARow, 0);
        }
    }

    /// <summary>The most room any usable key has, 0 to 1.</summary>
    internal double Room(long nowTicks)
    {
        int best = 0;
        for (int i = 0; i < _keys.Length; i++)
        {
            if (IsUsable(i, nowTicks))
            {
                best = Math.Max(best, RoomOf(i, nowTicks));
            }
        }

        return best / (double)FullRoom;
    }

    private int RoomOf(int index, long nowTicks)
    {
        ref KeyRoom room = ref _rooms[index];
        return nowTicks >= Volatile.Read(ref room.RoomUntilTicks) ? FullRoom : Volatile.Read(ref room.Room);
    }

    // At least one: a key said to be empty is still better than none.
    private long WeightOf(int index, long nowTicks) => Math.Max((long)_keys[index].Weight * RoomOf(index, nowTicks), 1);

    private struct KeyRoom
    {
        internal long LimitedUntilTicks;
        internal long RoomUntilTicks;
        internal int Room;
        internal int LimitsInARow;
    }
}

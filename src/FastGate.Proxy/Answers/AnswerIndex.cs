using System.Diagnostics;
using System.Numerics;

namespace FastGate.Proxy.Answers;

/// <summary>
/// Where a shard's entries lie, by hash: a table of 8-octet slots with linear probing, 32 bits of hash and 32 bits of location in each.
/// Which of the entries with a hash is the one looked for, the caller tells by the keys beside the entries. Not thread-safe.
/// </summary>
internal sealed class AnswerIndex
{
    private const int Smallest = 64;

    // A location is never all ones, so that no slot in use looks empty.
    private const ulong Empty = ulong.MaxValue;

    private ulong[] _slots = NewSlots(Smallest);

    /// <summary>Entries.</summary>
    internal int Count { get; private set; }

    /// <summary>Octets of the table.</summary>
    internal long SizeBytes => (long)_slots.Length * sizeof(ulong);

    private int Mask => _slots.Length - 1;

    /// <summary>Goes through the locations with this hash: give 0 at first, then the cursor it left; false when there are no more.</summary>
    internal bool TryNext(uint hash, ref int cursor, out uint location)
    {
        int slot = cursor == 0 ? Home(hash) : cursor & Mask;
        while (true)
        {
            ulong held = _slots[slot];
            int next = (slot + 1) & Mask;
            if (held == Empty)
            {
                location = 0;
                return false;
            }

            if ((uint)(held >> 32) == hash)
            {
                location = (uint)held;

                // Slot 0 as a cursor would mean the beginning.
                cursor = next == 0 ? _slots.Length : next;
                return true;
            }

            slot = next;
        }
    }

    /// <summary>Whether the entry at this place is one of the table's.</summary>
    internal bool Contains(uint hash, uint location)
    {
        int cursor = 0;
        while (TryNext(hash, ref cursor, out uint found))
        {
            if (found == location)
            {
                return true;
            }
        }

        return false;
    }

    internal void Add(uint hash, uint location)
    {
        Debug.Assert(location != uint.MaxValue);
        if ((Count + 1) * 10L > _slots.Length * 7L)
        {
            Grow();
        }

        Insert(hash, location);
        Count++;
    }

    /// <summary>Points an entry to its new place.</summary>
    internal void Move(uint hash, uint from, uint to) => _slots[SlotOf(hash, from)] = Slot(hash, to);

    internal void Remove(uint hash, uint location)
    {
        // Later entries of the run move up, so that no probe ends early (Knuth, 6.4, algorithm R).
        int hole = SlotOf(hash, location);
        int slot = hole;
        while (true)
        {
            slot = (slot + 1) & Mask;
            ulong held = _slots[slot];
            if (held == Empty)
            {
                break;
            }

            int home = Home((uint)(held >> 32));
            if (((slot - home) & Mask) >= ((slot - hole) & Mask))
            {
                _slots[hole] = held;
                hole = slot;
            }
        }

        _slots[hole] = Empty;
        Count--;
    }

    private int SlotOf(uint hash, uint location)
    {
        ulong wanted = Slot(hash, location);
        int slot = Home(hash);
        while (_slots[slot] != wanted)
        {
            Debug.Assert(_slots[slot] != Empty, "The entry is not in the table.");
            slot = (slot + 1) & Mask;
        }

        return slot;
    }

    private void Insert(uint hash, uint location)
    {
        int slot = Home(hash);
        while (_slots[slot] != Empty)
        {
            slot = (slot + 1) & Mask;
        }

        _slots[slot] = Slot(hash, location);
    }

    private void Grow()
    {
        ulong[] old = _slots;
        _slots = NewSlots(old.Length * 2);
        foreach (ulong held in old)
        {
            if (held != Empty)
            {
                Insert((uint)(held >> 32), (uint)held);
            }
        }
    }

    // The upper bits choose the home, so that a table of twice the size keeps neighbours together.
    private int Home(uint hash) => (int)(hash >> (32 - BitOperations.Log2((uint)_slots.Length)));

    private static ulong Slot(uint hash, uint location) => ((ulong)hash << 32) | location;

    private static ulong[] NewSlots(int count)
    {
        ulong[] slots = new ulong[count];
        Array.Fill(slots, Empty);
        return slots;
    }
}

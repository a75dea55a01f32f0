using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastGate.Proxy.Measurement;

/// <summary>
/// A counter that many threads add to without sharing a cache line: one padded cell for each of a few stripes, chosen by the
/// thread's number: event loops are numbered one after the other, and asking for the processor costs more than the addition. Reading adds the cells
/// up and may miss additions under way.
/// </summary>
internal sealed class StripedCounter
{
    private static readonly int Mask = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 64)) - 1;

    private readonly Cell[] _cells = new Cell[Mask + 1];

    /// <summary>The sum of all additions.</summary>
    internal long Value
    {
        get
        {
            long sum = 0;
            foreach (ref Cell cell in _cells.AsSpan())
            {
                sum += Volatile.Read(ref cell.Value);
            }

            return sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(long amount) => Interlocked.Add(ref _cells[Environment.CurrentManagedThreadId & Mask].Value, amount);

    internal void Increment() => Add(1);

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Cell
    {
        [FieldOffset(0)]
        public long Value;
    }
}

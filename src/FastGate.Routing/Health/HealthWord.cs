using System.Runtime.CompilerServices;

namespace FastGate.Routing.Health;

/// <summary>
/// Everything the request path needs to know of a target, in one word read with one volatile load:
/// state (2 bits), recovery step (2), trial under way (1), held (1), share in thousandths (10), epoch (10),
/// a time in milliseconds (38: eight years). The time is the end of a cooldown or hold, the end of a trial's lease, or
/// when a recovering target is next owed a request, whichever the other bits make it.
/// </summary>
internal readonly struct HealthWord(ulong bits)
{
    internal const int FullShare = 1000;
    private const int StepShift = 2;
    private const ulong TrialBit = 1UL << 4;
    private const ulong HeldBit = 1UL << 5;
    private const int ShareShift = 6;
    private const int EpochShift = 16;
    private const int UntilShift = 26;

    internal ulong Bits { get; } = bits;

    internal TargetState State => (TargetState)(Bits & 3);

    internal int Step => (int)(Bits >> StepShift) & 3;

    internal bool TrialUnderWay => (Bits & TrialBit) != 0;

    internal bool Held => (Bits & HeldBit) != 0;

    internal int Share => (int)(Bits >> ShareShift) & 0x3FF;

    internal ushort Epoch => (ushort)((Bits >> EpochShift) & 0x3FF);

    internal long UntilTicks => (long)(Bits >> UntilShift) * TimeSpan.TicksPerMillisecond;

    /// <summary>Healthy, at its full share and not held: the common case, told by one compare.</summary>
    internal bool IsPlain
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (Bits & ((0x3FFUL << ShareShift) | HeldBit | 3)) == (ulong)FullShare << ShareShift;
    }

    internal static HealthWord Create(TargetState state, int step, bool trial, bool held, int share, int epoch, long untilTicks)
    {
        // Rounded up, so that a time read back is never early.
        ulong untilMs = (ulong)((untilTicks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond);
        return new HealthWord(
            (ulong)state | ((ulong)step << StepShift) | (trial ? TrialBit : 0) | (held ? HeldBit : 0)
            | ((ulong)share << ShareShift) | (((ulong)epoch & 0x3FF) << EpochShift) | (untilMs << UntilShift));
    }

    internal HealthWord With(bool? trial = null, bool? held = null, int? share = null, int? step = null, long? untilTicks = null) =>
        Create(State, step ?? Step, trial ?? TrialUnderWay, held ?? Held, share ?? Share, Epoch, untilTicks ?? UntilTicks);

    /// <summary>What this word means for a request now.</summary>
    /// <param name="nowTicks">The time.</param>
    /// <param name="dice">Uniform in [0, 1000).</param>
    internal Availability Judge(long nowTicks, int dice)
    {
        if (Held && nowTicks < UntilTicks)
        {
            return Availability.Out;
        }

        switch (State)
        {
            case TargetState.Failed:
                return nowTicks < UntilTicks ? Availability.Out : Availability.Trial;
            case TargetState.Recovering:
                if (TrialUnderWay && nowTicks < UntilTicks)
                {
                    return Availability.Busy;
                }

                if (dice >= Share && nowTicks < UntilTicks)
                {
                    return Availability.Shifted;
                }

                return Step == 0 ? Availability.Trial : Availability.Ramp;
            default:
                return dice < Share ? Availability.Ready : Availability.Shifted;
        }
    }
}

using FastGate.Routing.Timing;

namespace FastGate.Routing.Strategies;

/// <summary>What of a request a strategy may weigh.</summary>
/// <param name="InputTokens">Estimated input.</param>
/// <param name="OutputTokens">Estimated or requested output.</param>
/// <param name="StickyKey">Hash of the sticky header, user or metadata field; 0 when the request has none.</param>
internal readonly record struct ChoiceShape(int InputTokens, int OutputTokens, ulong StickyKey);

/// <summary>One request's view of the world while a target is chosen for it.</summary>
internal ref struct ChoiceContext(long nowTicks, ChoiceShape shape, ref RequestRandom random)
{
    internal readonly long NowTicks = nowTicks;
    internal readonly ChoiceShape Shape = shape;
    internal ref RequestRandom Random = ref random;
}

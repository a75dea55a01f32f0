namespace FastGate.Protocol.Http;

/// <summary>Bounds on one message head.</summary>
/// <param name="MaxBytes">Most octets a head may have, its final empty line included.</param>
/// <param name="MaxHeaders">Most header fields a head may have.</param>
public readonly record struct HeadLimits(int MaxBytes, int MaxHeaders);

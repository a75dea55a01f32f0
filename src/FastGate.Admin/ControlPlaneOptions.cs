using System.Net;

namespace FastGate.Admin;

/// <summary>Where the control plane listens and who may use it.</summary>
/// <param name="EndPoint">Address and port; port 0 takes a free one.</param>
/// <param name="Token">The bearer token it asks for, or null.</param>
public sealed record ControlPlaneOptions(IPEndPoint EndPoint, string? Token)
{
    /// <summary>The clock of what it waits for.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Never shows the token.</summary>
    public override string ToString() => $"control plane on {EndPoint}";
}

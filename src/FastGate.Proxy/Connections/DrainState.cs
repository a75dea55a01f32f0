namespace FastGate.Proxy.Connections;

/// <summary>Whether the gateway is stopping; shared by all its connections.</summary>
internal sealed class DrainState
{
    private volatile bool _isDraining;

    /// <summary>No request is begun on an idle connection any more, and each answer ends its connection.</summary>
    internal bool IsDraining => _isDraining;

    internal void Begin() => _isDraining = true;
}

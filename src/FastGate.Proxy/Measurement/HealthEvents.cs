using FastGate.Routing.Health;

namespace FastGate.Proxy.Measurement;

/// <summary>Keeps the newest state changes of targets, for the control plane.</summary>
internal sealed class HealthEvents : IHealthListener
{
    private const int Kept = 256;

    private readonly Lock _lock = new();
    private readonly Queue<StateChange> _changes = new();

    /// <inheritdoc/>
    public void StateChanged(in StateChange change)
    {
        lock (_lock)
        {
            if (_changes.Count == Kept)
            {
                _changes.Dequeue();
            }

            _changes.Enqueue(change);
        }
    }

    /// <summary>The kept changes, oldest first.</summary>
    internal StateChange[] Read()
    {
        lock (_lock)
        {
            return [.. _changes];
        }
    }
}

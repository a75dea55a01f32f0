using Microsoft.Extensions.Hosting;

namespace FastGate.Admin;

/// <summary>A host that neither starts nor stops by signals: the gateway tells it.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

namespace FastGate.Proxy.Tests.Harness;

/// <summary>How long a test waits for what must happen at once before it fails instead of hanging.</summary>
internal static class Patience
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    internal static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit);

    internal static Task Soon(this Task task) => task.WaitAsync(Limit);
}

namespace FastGate.Transport.Tests.Harness;

/// <summary>How long a test waits for what must happen at once before it fails instead of hanging.</summary>
internal static class Patience
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    internal static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit);

    internal static Task Soon(this Task task) => task.WaitAsync(Limit);

    internal static Task<T> Soon<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Limit);

    internal static Task Soon(this ValueTask task) => task.AsTask().WaitAsync(Limit);

    /// <summary>Waits until a token is cancelled.</summary>
    internal static async Task SoonAsync(this CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
        await cancelled.Task.Soon();
    }
}

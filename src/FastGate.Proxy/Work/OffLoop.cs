namespace FastGate.Proxy.Work;

/// <summary>
/// Where work goes that would hold an event loop up: past about 50 µs of computing, and anything that blocks. It runs on the thread pool,
/// and the flow that awaits it goes on there until its next wait for a socket.
/// </summary>
internal static class OffLoop
{
    /// <summary>Runs work off the event loop.</summary>
    /// <param name="name">What it is, for whoever looks at a stuck process: the name of the task's state.</param>
    /// <param name="work">The work.</param>
    /// <param name="state">What it works on.</param>
    internal static async Task<TResult> Run<TState, TResult>(string name, Func<TState, TResult> work, TState state)
    {
        var item = new Item<TState, TResult>(name, work, state);
        return await Task.Factory.StartNew(static i => ((Item<TState, TResult>)i!).Run(), item, CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default)
            .ConfigureAwait(false);
    }

    private sealed record Item<TState, TResult>(string Name, Func<TState, TResult> Work, TState State)
    {
        internal TResult Run() => Work(State);
    }
}

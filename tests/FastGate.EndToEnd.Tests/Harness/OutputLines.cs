namespace FastGate.EndToEnd.Tests.Harness;

/// <summary>The lines a process has written so far, and those waiting for one.</summary>
internal sealed class OutputLines
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _changed = New();
    private bool _ended;

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public override string ToString() => string.Join('\n', All);

    /// <summary>Takes a line as the process's events hand it over: null is the end.</summary>
    public void Take(string? line)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (line is null)
            {
                _ended = true;
            }
            else
            {
                _lines.Add(line);
            }

            changed = _changed;
            _changed = New();
        }

        changed.SetResult();
    }

    /// <summary>Waits for a line after the first <paramref name="from"/>; those already there count.</summary>
    /// <exception cref="InvalidOperationException">The output ended without one.</exception>
    public async Task<string> WaitAsync(Func<string, bool> predicate, int from, TimeSpan timeout)
    {
        using var expired = new CancellationTokenSource(timeout);
        for (int seen = from; ;)
        {
            Task changed;
            lock (_lock)
            {
                for (; seen < _lines.Count; seen++)
                {
                    if (predicate(_lines[seen]))
                    {
                        return _lines[seen];
                    }
                }

                if (_ended)
                {
                    throw new InvalidOperationException($"The process ended without the line that was waited for. It wrote:\n{string.Join('\n', _lines)}");
                }

                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(expired.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"No such line within {timeout.TotalSeconds} s. The process wrote:\n{this}");
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

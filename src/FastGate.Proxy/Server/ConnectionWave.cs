namespace FastGate.Proxy.Server;

/// <summary>
/// Tells when a wave of connections has gone. A connection's objects live long and so die in the oldest generation, which is seldom looked
/// through here, because nothing else allocates: what a thousand connections leave behind would lie there for hours, and the next thousand
/// would be laid beside it. Thread-safe.
/// </summary>
/// <param name="part">Of the connections there were at once, this part at most may still be open for the wave to have gone.</param>
internal sealed class ConnectionWave(int part)
{
    /// <summary>Connections that must have gone at least: some 7 KiB each.</summary>
    internal const int Least = 1024;

    private int _most;

    /// <summary>Notes that one more is open.</summary>
    /// <param name="open">How many are open with it.</param>
    internal void OnOpened(int open)
    {
        int most = Volatile.Read(ref _most);
        while (open > most)
        {
            int seen = Interlocked.CompareExchange(ref _most, open, most);
            if (seen == most)
            {
                return;
            }

            most = seen;
        }
    }

    /// <summary>Notes that one has closed.</summary>
    /// <param name="open">How many are still open.</param>
    /// <returns>Whether a wave has gone with it. True once for each.</returns>
    internal bool OnClosed(int open)
    {
        int most = Volatile.Read(ref _most);
        return most - open >= Least && open <= most / part && Interlocked.CompareExchange(ref _most, open, most) == most;
    }
}

namespace FastGate.Hosting;

/// <summary>
/// Settings of the runtime's sockets. The runtime reads them from the environment once, at the first socket, so they are set first of all.
/// </summary>
internal static class SocketRuntime
{
    /// <summary>
    /// Continuations run on the event loops themselves instead of the thread pool, on as many loops as <paramref name="workers"/> says
    /// (null: one for each core). The design's performance page has the measurements.
    /// </summary>
    public static void Configure(int? workers)
    {
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        int loops = workers ?? Environment.ProcessorCount;
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", loops.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}

using System.Globalization;

namespace FastGate.Load;

/// <summary>How the runtime's sockets run their completions. Read once by the runtime, so set before the first socket.</summary>
internal static class SocketEngine
{
    /// <summary>
    /// Completions run on the threads that wait for the kernel, and there are <paramref name="threads"/> of these:
    /// a hand-over to the thread pool costs as much as the rest of a small request.
    /// </summary>
    public static void Configure(int threads)
    {
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", threads.ToString(CultureInfo.InvariantCulture));
    }
}

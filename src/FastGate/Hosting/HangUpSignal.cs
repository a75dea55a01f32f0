using System.Runtime.InteropServices;

namespace FastGate.Hosting;

/// <summary>SIGHUP, which asks a daemon to load its configuration again.</summary>
internal static partial class HangUpSignal
{
    private const int Number = 1;
    private const nint Default = 0;

    /// <summary>Runs an action on the signal instead of what the signal would do, also under <c>nohup</c>.</summary>
    public static PosixSignalRegistration On(Action action)
    {
        // nohup has it ignored, and the runtime leaves a signal alone that is ignored when it is asked to listen for it.
        if (!OperatingSystem.IsWindows())
        {
            SetDisposition(Number, Default);
        }

        return GatewayRun.OnSignal(PosixSignal.SIGHUP, action);
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetDisposition(int signal, nint disposition);
}

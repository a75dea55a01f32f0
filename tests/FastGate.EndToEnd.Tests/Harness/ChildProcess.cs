using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FastGate.EndToEnd.Tests.Harness;

/// <summary>A process of a test: its output line by line, its signals and its exit.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    public const int HangUp = 1;
    public const int Terminate = 15;

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public OutputLines Out { get; } = new();

    public OutputLines Error { get; } = new();

    public int Id => _process.Id;

    /// <summary>Starts a process. Provider keys and FastGate's own variables in the environment of the tests are not passed on.</summary>
    public static ChildProcess Start(
        string file, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "" };
        foreach (string name in start.Environment.Keys.Where(name => name.EndsWith("_API_KEY", StringComparison.Ordinal) || name.StartsWith("FASTGATE_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        // For the binary that is not published: the runtime these tests run on.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        start.Environment["NO_PROXY"] = "127.0.0.1,localhost";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        var child = new ChildProcess(process);
        process.OutputDataReceived += (_, line) => child.Out.Take(line.Data);
        process.ErrorDataReceived += (_, line) => child.Error.Take(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a process to its end.</summary>
    public static async Task<(int ExitCode, string Out, string Error)> RunAsync(
        string file, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using var child = Start(file, arguments, folder, environment);
        int code = await child.ExitAsync(Patience);
        return (code, child.Out.ToString(), child.Error.ToString());
    }

    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    /// <summary>Waits until the process has ended and all it wrote is read.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync(TimeSpan timeout)
    {
        using var expired = new CancellationTokenSource(timeout);
        try
        {
            await _process.WaitForExitAsync(expired.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The process did not end within {timeout.TotalSeconds} s. It wrote:\n{Out}\n{Error}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}

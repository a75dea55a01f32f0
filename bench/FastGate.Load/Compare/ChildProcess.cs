using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace FastGate.Load.Compare;

/// <summary>A program started for the comparison. Disposing ends it, by its own id, and waits until it is gone.</summary>
internal sealed partial class ChildProcess : IDisposable
{
    private const int Terminate = 15;
    private const int KeptOutput = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Those that run now, so that a signal can end them all wherever the comparison stands.
    private static readonly ConcurrentDictionary<ChildProcess, bool> Running = new();
    private static volatile bool _noMore;

    private readonly Process _process;
    private readonly Lock _ending = new();
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Keep(e.Data, isOutput: true);
        process.ErrorDataReceived += (_, e) => Keep(e.Data, isOutput: false);
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>It has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The end of what it printed, for error messages.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString().Trim();
            }
        }
    }

    /// <summary>Starts a program.</summary>
    /// <exception cref="LoadException">It cannot be started, or everything has been told to end.</exception>
    public static ChildProcess Start(string file, IEnumerable<string> args, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        if (_noMore)
        {
            throw new LoadException("interrupted");
        }

        var info = new ProcessStartInfo(file, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
        {
            info.Environment[name] = value;
        }

        try
        {
            Process process = Process.Start(info) ?? throw new LoadException($"cannot start {file}");
            var child = new ChildProcess(process);
            Running[child] = true;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return child;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new LoadException($"cannot start {file}: {e.Message}");
        }
    }

    /// <summary>Runs a program to its end and returns all it printed.</summary>
    /// <exception cref="LoadException">It cannot be started, or its exit code is not 0.</exception>
    public static string Run(string file, IEnumerable<string> args, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        using ChildProcess child = Start(file, args, environment);
        try
        {
            child._process.WaitForExit();
            return child._process.ExitCode == 0
                ? child.Output
                : throw new LoadException($"{Path.GetFileName(file)} ended with {child._process.ExitCode}: {child.Output}");
        }
        catch (InvalidOperationException) when (_noMore)
        {
            // Ended and disposed by the thread that was told to end everything.
            throw new LoadException("interrupted");
        }
    }

    /// <summary>The first line it prints to standard output.</summary>
    /// <exception cref="LoadException">It ended, or was silent for too long.</exception>
    public string WaitForFirstLine() => _firstLine.Task.Wait(Patience) && _firstLine.Task.Result.Length > 0
        ? _firstLine.Task.Result
        : throw new LoadException($"{_process.StartInfo.FileName} printed nothing: {Output}");

    /// <summary>Ends everything that was started and still runs, and lets nothing more be started.</summary>
    public static void EndAll()
    {
        _noMore = true;
        foreach (ChildProcess child in Running.Keys)
        {
            child.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_ending)
        {
            if (Running.TryRemove(this, out _))
            {
                End();
            }
        }
    }

    private void End()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, Terminate);
            if (!_process.WaitForExit(Patience))
            {
                _process.Kill(entireProcessTree: true);
                _process.WaitForExit();
            }
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    private void Keep(string? line, bool isOutput)
    {
        if (isOutput)
        {
            _firstLine.TrySetResult(line ?? string.Empty);
        }

        lock (_output)
        {
            _output.Append(line).Append('\n');
            if (_output.Length > KeptOutput)
            {
                _output.Remove(0, _output.Length - KeptOutput);
            }
        }
    }
}

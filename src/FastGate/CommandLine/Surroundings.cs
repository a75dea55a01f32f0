using FastGate.Configuration.Substitution;

namespace FastGate.CommandLine;

/// <summary>What a command sees of the world: so that tests can run commands without a process.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Environment">Environment variables.</param>
/// <param name="Files">The file system.</param>
internal sealed record Surroundings(TextWriter Out, TextWriter Error, IEnvironmentVariables Environment, IConfigFiles Files)
{
    /// <summary>The process's own.</summary>
    public static Surroundings OfProcess() => new(Console.Out, Console.Error, ProcessEnvironment.Instance, DiskFiles.Instance);

    /// <summary>Says in one line why the command cannot go on.</summary>
    /// <returns>The exit code for it.</returns>
    public int Refuse(string line)
    {
        Error.WriteLine($"fastgate: {line}");
        return ExitCode.Unusable;
    }
}

/// <summary>What the exit codes mean.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The command ran and its answer is no: <c>check</c> found errors.</summary>
    public const int No = 1;

    /// <summary>The command could not run: bad arguments, an unreadable file, a port in use.</summary>
    public const int Unusable = 2;
}

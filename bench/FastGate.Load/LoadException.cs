namespace FastGate.Load;

/// <summary>Something the user must be told in one line; the program ends with <see cref="ExitCode"/>.</summary>
internal sealed class LoadException(string message, int exitCode = 1) : Exception(message)
{
    /// <summary>2 for a bad command line, 1 for anything else.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>An error in the command line.</summary>
    public static LoadException Usage(string message) => new(message, 2);
}

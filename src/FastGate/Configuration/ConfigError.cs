using System.Globalization;

namespace FastGate.Configuration;

/// <summary>Something wrong with the configuration: where, what, and what to do about it. Never carries a secret.</summary>
/// <param name="File">The file as it was named by the user.</param>
/// <param name="Line">Line, from 1; 0 when the file as a whole is meant.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Message">The key, what is wrong with it, and the remedy.</param>
internal sealed record ConfigError(string File, int Line, int Column, string Message)
{
    /// <summary><c>FILE:LINE:COL: message</c>, the form editors and terminals jump to.</summary>
    public override string ToString() =>
        Line == 0 ? $"{File}: {Message}" : string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}: {Message}");
}

using System.Text;
using System.Text.RegularExpressions;

namespace FastGate.Configuration.Substitution;

/// <summary>
/// Replaces <c>${NAME}</c>, <c>${NAME:-default}</c> and <c>${file:PATH}</c> in a value; <c>$$</c> is a dollar sign. What is put in is not looked at again, so a
/// secret may contain anything.
/// </summary>
internal sealed partial class ValueSubstitution(IEnvironmentVariables environment, IConfigFiles files, string directory)
{
    private const string FilePrefix = "file:";

    /// <summary>Replaces everything in <paramref name="text"/>.</summary>
    /// <param name="text">The value as written.</param>
    /// <param name="problem">What could not be replaced and the remedy; null when all could. Names variables and paths, never contents.</param>
    /// <returns>The value; meaningless when there is a problem.</returns>
    public string Replace(string text, out string? problem)
    {
        problem = null;
        if (!text.Contains('$'))
        {
            return text;
        }

        StringBuilder replaced = new(text.Length);
        int at = 0;
        while (at < text.Length)
        {
            int dollar = text.IndexOf('$', at);
            if (dollar < 0 || dollar == text.Length - 1)
            {
                break;
            }

            replaced.Append(text, at, dollar - at);
            if (text[dollar + 1] == '{')
            {
                int close = text.IndexOf('}', dollar);
                if (close < 0)
                {
                    problem = "has '${' without a '}'; close it, or write '$${' for a literal '${'";
                    return "";
                }

                string? value = Resolve(text[(dollar + 2)..close], out problem);
                if (value is null)
                {
                    return "";
                }

                replaced.Append(value);
                at = close + 1;
            }
            else
            {
                replaced.Append('$');
                at = dollar + (text[dollar + 1] == '$' ? 2 : 1);
            }
        }

        return replaced.Append(text, at, text.Length - at).ToString();
    }

    private string? Resolve(string reference, out string? problem)
    {
        if (reference.StartsWith(FilePrefix, StringComparison.Ordinal))
        {
            return ReadFile(reference[FilePrefix.Length..], out problem);
        }

        int colon = reference.IndexOf(":-", StringComparison.Ordinal);
        string name = colon < 0 ? reference : reference[..colon];
        string? fallback = colon < 0 ? null : reference[(colon + 2)..];
        if (!VariableName().IsMatch(name))
        {
            problem = "has a '${...}' that names no variable; write ${NAME}, ${NAME:-default} or ${file:PATH}, or '$${' for a literal '${'";
            return null;
        }

        if (fallback is not null && fallback.Contains("${", StringComparison.Ordinal))
        {
            problem = $"has a '${{...}}' inside the default of ${{{name}}}; a default is plain text";
            return null;
        }

        string? value = environment.Get(name);
        if (fallback is not null)
        {
            problem = null;
            return string.IsNullOrEmpty(value) ? fallback : value;
        }

        problem = value is null ? $"needs the environment variable {name}, which is not set; set it, or write ${{{name}:-default}}" : null;
        return value;
    }

    private string? ReadFile(string path, out string? problem)
    {
        if (path.Length == 0)
        {
            problem = "has a '${file:}' without a path; write ${file:/run/secrets/name}";
            return null;
        }

        string full = Path.Combine(directory, path);
        try
        {
            problem = null;
            return files.ReadAllText(full).TrimEnd('\r', '\n');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = $"needs the file {full}, which {FileProblem.Of(failure)}";
            return null;
        }
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();
}

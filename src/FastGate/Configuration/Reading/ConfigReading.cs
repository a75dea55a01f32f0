using System.Collections.Immutable;
using FastGate.Configuration.Substitution;
using FastGate.Configuration.Yaml;

namespace FastGate.Configuration.Reading;

/// <summary>One reading of one file: takes the errors, remembers where every key stands, and replaces <c>${...}</c> in values.</summary>
internal sealed class ConfigReading
{
    private readonly string _file;
    private readonly Section _root;
    private readonly string _directory;
    private readonly ValueSubstitution _substitution;
    private readonly IConfigFiles _files;
    private readonly HashSet<ConfigError> _errors = [];
    private readonly Dictionary<string, Mark> _marks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ScalarText> _substituted = new(StringComparer.Ordinal);

    public ConfigReading(string file, Section root, IEnvironmentVariables environment, IConfigFiles files)
    {
        _file = file;
        _root = root;
        _directory = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";
        _files = files;
        _substitution = new ValueSubstitution(environment, files, _directory);
    }

    /// <summary>Everything reported so far in the order of the file, each once even where an alias repeats it.</summary>
    public ImmutableArray<ConfigError> Errors => [.. _errors.OrderBy(error => error.Line).ThenBy(error => error.Column)];

    public bool HasErrors => _errors.Count > 0;

    /// <summary>Reports something about a place rather than a key.</summary>
    public void Report(Mark mark, string message) => _errors.Add(new ConfigError(_file, mark.Line, mark.Column, message));

    /// <summary>Reports what is wrong with the key at <paramref name="path"/>, whose value begins at <paramref name="node"/>.</summary>
    public void Report(ConfigNode node, string path, string problem) => Report(node.Mark, Named(path, problem));

    /// <summary>Reports what is wrong with a key that was read before, or with the nearest key above it when it was not written.</summary>
    public void Report(string path, string problem)
    {
        string place = path;
        Mark mark;
        while (!_marks.TryGetValue(place, out mark) && place.Length > 0)
        {
            place = place[..Math.Max(0, place.LastIndexOfAny(['.', '[']))];
        }

        Report(mark == default ? new Mark(1, 1) : mark, Named(path, problem));
    }

    /// <summary>The one group a key of that name belongs to; null when there is none, or several.</summary>
    public string? HomeOf(string name)
    {
        Section[] homes = [.. _root.WithInner().Where(section => section.Keys.Any(key => key.Name == name)).Take(2)];
        return homes is [{ Title.Length: > 0 } home] ? home.Title : null;
    }

    /// <summary>Remembers where a key stands.</summary>
    public void Enter(string path, ConfigNode node) => _marks[path] = node.Mark;

    /// <summary>Whether a key was written, and read.</summary>
    public bool Has(string path) => _marks.ContainsKey(path);

    /// <summary>How a message may show (part of) a value that was read before: as written, quoted, when something was put into it.</summary>
    /// <param name="path">The value's key.</param>
    /// <param name="part">The value, or what of it the message is about.</param>
    public string Shown(string path, string part) => _substituted.TryGetValue(path, out ScalarText text) ? text.Shown : $"'{part}'";

    /// <summary>A value's text after substitution; null after reporting why there is none.</summary>
    public ScalarText? Text(ConfigNode node, string path, string expected)
    {
        Enter(path, node);
        if (node is not ScalarNode { IsNull: false } scalar)
        {
            Report(node, path, node is ScalarNode ? $"has no value; write {expected}, or remove the key" : $"expects {expected}, found {node.Kind}");
            return null;
        }

        string text = _substitution.Replace(scalar.Text, out string? problem);
        if (problem is not null)
        {
            Report(node, path, problem);
            return null;
        }

        ScalarText read = new(text, scalar.Text);
        if (text != scalar.Text)
        {
            _substituted[path] = read;
        }

        return read;
    }

    /// <summary>The full path of a file the configuration names: relative ones are relative to the configuration file.</summary>
    public string FullPath(string path) => Path.GetFullPath(Path.Combine(_directory, path));

    /// <summary>The text of a file that was asked for before; null when it cannot be read, which was reported then.</summary>
    public string? FileText(string fullPath)
    {
        try
        {
            return _files.ReadAllText(fullPath);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The text of a file the configuration names by its full path; null after reporting that it cannot be read.</summary>
    public string? FileText(ConfigNode node, string path, string fullPath)
    {
        try
        {
            return _files.ReadAllText(fullPath);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Report(node, path, $"names the file {fullPath}, which {FileProblem.Of(failure)}");
            return null;
        }
    }

    private static string Named(string path, string problem) => path.Length == 0 ? problem : $"{path}: {problem}";
}

/// <summary>A value, and how a message may show it.</summary>
/// <param name="Value">The value with everything replaced.</param>
/// <param name="Written">The value as it stands in the file.</param>
internal readonly record struct ScalarText(string Value, string Written)
{
    /// <summary>The value as written, quoted: what was put in from the environment or a file is never shown.</summary>
    public string Shown => Value == Written ? $"'{Written}'" : $"'{Written}' (with its value put in)";
}

using FastGate.Configuration;
using FastGate.Configuration.Substitution;

namespace FastGate.Tests.Configuration;

/// <summary>A configuration as text, with an environment and files made for the test.</summary>
internal sealed class ConfigText : IEnvironmentVariables, IConfigFiles
{
    public const string Path = "/etc/fastgate/fastgate.yaml";

    public const string OneProvider = "providers: { openai: { key: k1 } }\n";

    private readonly Dictionary<string, string> _variables = [];
    private readonly Dictionary<string, string> _files = [];

    public ConfigText Variable(string name, string value)
    {
        _variables[name] = value;
        return this;
    }

    public ConfigText File(string path, string content)
    {
        _files[path] = content;
        return this;
    }

    public ConfigResult Load(string text) => new ConfigLoader(this, this).Parse(Path, text);

    public GatewayConfig Valid(string text)
    {
        ConfigResult result = Load(text);
        Assert.Empty(result.Errors.Select(error => error.ToString()));
        return result.Config!;
    }

    /// <summary>The errors without the file's name: "LINE:COL: message".</summary>
    public string[] Errors(string text)
    {
        ConfigResult result = Load(text);
        Assert.Null(result.Config);
        return [.. result.Errors.Select(error => error.ToString()[(Path.Length + 1)..])];
    }

    public string Error(string text) => Assert.Single(Errors(text));

    string? IEnvironmentVariables.Get(string name) => _variables.GetValueOrDefault(name);

    bool IConfigFiles.Exists(string path) => _files.ContainsKey(path);

    string IConfigFiles.ReadAllText(string path) => _files.TryGetValue(path, out string? content) ? content : throw new FileNotFoundException();
}

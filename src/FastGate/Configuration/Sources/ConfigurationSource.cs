using FastGate.Configuration.Substitution;

namespace FastGate.Configuration.Sources;

/// <summary>Where the configuration comes from. Can be loaded again: a file may have changed since.</summary>
internal sealed class ConfigurationSource
{
    /// <summary>The file that is used when it is there and none is named.</summary>
    public const string DefaultFile = "fastgate.yaml";

    /// <summary>What to tell somebody who has neither a file nor a key.</summary>
    public const string NothingFound =
        "no configuration: there is no ./" + DefaultFile + " and no provider key such as OPENAI_API_KEY in the environment; write one, or try 'fastgate demo', which needs neither";

    private readonly Func<ConfigResult> _load;

    private ConfigurationSource(string name, string? file, Func<ConfigResult> load)
    {
        Name = name;
        File = file;
        _load = load;
    }

    /// <summary>What to call it: the file as it was named, or "environment".</summary>
    public string Name { get; }

    /// <summary>The file to watch; null when there is none.</summary>
    public string? File { get; }

    /// <summary>Finds the configuration: the file that was named, else <see cref="DefaultFile"/> if it is there, else the provider keys in the environment.</summary>
    /// <param name="namedFile">The file the user named, or null.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="files">The file system; relative paths are relative to the working directory.</param>
    /// <returns>Null when there is none; then <see cref="NothingFound"/> says what to do. A file that was named is not looked at until <see cref="Load"/>.</returns>
    public static ConfigurationSource? Locate(string? namedFile, IEnvironmentVariables environment, IConfigFiles files)
    {
        string? file = namedFile ?? (files.Exists(DefaultFile) ? DefaultFile : null);
        if (file is not null)
        {
            ConfigLoader loader = new(environment, files);
            return new ConfigurationSource(file, file, () => loader.Load(file));
        }

        return EnvironmentConfig.TryBuild(environment, out ConfigResult built) ? new ConfigurationSource("environment", null, () => built) : null;
    }

    /// <summary>The same source with something changed in all that it loads, now and later: the command line's own choices.</summary>
    public ConfigurationSource With(Func<ConfigResult, ConfigResult> change) => new(Name, File, () => change(_load()));

    /// <summary>A configuration that is built in.</summary>
    public static ConfigurationSource BuiltIn(string name, GatewayConfig config) => new(name, null, () => new ConfigResult { Config = config });

    /// <summary>Reads and checks it.</summary>
    public ConfigResult Load() => _load();
}

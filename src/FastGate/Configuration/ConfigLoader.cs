using FastGate.Configuration.Keys;
using FastGate.Configuration.Reading;
using FastGate.Configuration.Substitution;
using FastGate.Configuration.Yaml;

namespace FastGate.Configuration;

/// <summary>Reads configuration files.</summary>
internal sealed class ConfigLoader(IEnvironmentVariables environment, IConfigFiles files)
{
    /// <summary>Reads with the process's environment and file system.</summary>
    public static ConfigLoader FromProcess { get; } = new(ProcessEnvironment.Instance, DiskFiles.Instance);

    /// <summary>Reads and checks the file; throws nothing for whatever it holds.</summary>
    /// <param name="path">The file; errors name it as given here.</param>
    public ConfigResult Load(string path)
    {
        try
        {
            return Parse(path, files.ReadAllText(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new ConfigResult { Unreadable = true, Errors = [new ConfigError(path, 0, 0, $"the file {FileProblem.Of(failure)}")] };
        }
    }

    /// <summary>Checks <paramref name="text"/> as the content of the file <paramref name="path"/>.</summary>
    public ConfigResult Parse(string path, string text)
    {
        ConfigReading reading = new(path, GatewayKeys.Root, environment, files);
        GatewayConfig? config = null;
        if (YamlTree.Read(text, reading.Report) is { } root)
        {
            config = GatewayKeys.Root.Read(root, "", reading, new GatewayConfig());
        }

        return new ConfigResult { Config = reading.HasErrors ? null : config, Errors = reading.Errors };
    }
}

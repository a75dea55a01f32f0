using System.CommandLine;
using FastGate.Configuration.Sources;

namespace FastGate.CommandLine;

/// <summary><c>--config FILE</c>, the same for every command that needs a configuration.</summary>
internal static class ConfigurationOption
{
    /// <summary>A new option to add to a command.</summary>
    public static Option<string?> Create() => new("--config", "-c")
    {
        HelpName = "FILE",
        Description = $"The configuration. Without it: ./{ConfigurationSource.DefaultFile} if it is there, else providers are built from the keys in the environment.",
    };

    /// <summary>Where the configuration is; null when there is none.</summary>
    public static ConfigurationSource? Locate(this Surroundings surroundings, ParseResult arguments, Option<string?> option) =>
        ConfigurationSource.Locate(arguments.GetValue(option), surroundings.Environment, surroundings.Files);
}

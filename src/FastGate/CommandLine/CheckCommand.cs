using System.CommandLine;
using FastGate.Configuration;
using FastGate.Configuration.Sources;

namespace FastGate.CommandLine;

/// <summary><c>fastgate check</c>: is the configuration right, and if not, everything that is wrong with it.</summary>
internal static class CheckCommand
{
    public static Command Create(Surroundings surroundings)
    {
        Option<string?> config = ConfigurationOption.Create();
        Command command = new("check", "Check the configuration: exit 0, or 1 with every error as FILE:LINE:COL: message.") { config };
        command.SetAction(arguments => Run(surroundings, surroundings.Locate(arguments, config)));
        return command;
    }

    private static int Run(Surroundings surroundings, ConfigurationSource? source)
    {
        if (source is null)
        {
            return surroundings.Refuse(ConfigurationSource.NothingFound);
        }

        ConfigResult result = source.Load();
        if (result.IsValid)
        {
            surroundings.Out.WriteLine($"{source.Name}: valid: {Summary(result.Config)}");
            return ExitCode.Done;
        }

        foreach (ConfigError error in result.Errors)
        {
            surroundings.Error.WriteLine(error);
        }

        return result.Unreadable ? ExitCode.Unusable : ExitCode.No;
    }

    private static string Summary(GatewayConfig config)
    {
        string clients = config.Clients.IsEmpty ? "open to everyone who reaches it" : Counted(config.Clients.Length, "client", config.Clients.Select(client => client.Name));
        return $"listens on {string.Join(", ", config.Listen)}, control plane on {config.Admin}; "
            + $"{Counted(config.Providers.Length, "provider", config.Providers.Select(provider => provider.Name))}, "
            + $"{Counted(config.Routes.Length, "route", config.Routes.Select(route => route.Name))}, {clients}";
    }

    private static string Counted(int count, string noun, IEnumerable<string> names)
    {
        const int Shown = 8;
        string some = string.Join(", ", names.Take(Shown));
        return $"{count} {noun}{(count == 1 ? "" : "s")}{(count == 0 ? "" : count > Shown ? $" ({some}, ...)" : $" ({some})")}";
    }
}

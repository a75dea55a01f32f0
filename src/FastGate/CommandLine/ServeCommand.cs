using System.CommandLine;
using FastGate.Configuration;
using FastGate.Configuration.Sources;
using FastGate.Hosting;

namespace FastGate.CommandLine;

/// <summary><c>fastgate serve</c>: runs the gateway.</summary>
internal static class ServeCommand
{
    public static Command Create(Surroundings surroundings)
    {
        Option<string?> config = ConfigurationOption.Create();
        var addresses = AddressOptions.Create();
        Command command = new("serve", "Run the gateway (the default command).") { config, addresses.Listen, addresses.Admin };
        command.SetAction((arguments, _) => RunAsync(surroundings, surroundings.Locate(arguments, config), addresses.Read(arguments)));
        return command;
    }

    private static async Task<int> RunAsync(Surroundings surroundings, ConfigurationSource? source, AddressChoice choice)
    {
        if (choice.Problem is not null)
        {
            return surroundings.Refuse(choice.Problem);
        }

        if (source is null)
        {
            return surroundings.Refuse(ConfigurationSource.NothingFound);
        }

        ConfigurationSource chosen = source.With(choice.Apply);
        ConfigResult result = chosen.Load();
        if (!result.IsValid)
        {
            foreach (ConfigError error in result.Errors)
            {
                surroundings.Error.WriteLine(error);
            }

            return ExitCode.Unusable;
        }

        SocketRuntime.Configure(result.Config.Server.Workers);
        return await GatewayRun.ServeAsync(surroundings, chosen, result.Config).ConfigureAwait(false);
    }
}

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
        var addresses = new AddressOptions();
        Command command = new("serve", "Run the gateway (the default command).") { config };
        addresses.AddTo(command);
        command.SetAction((arguments, _) =>
        {
            ConfigurationSource? source = surroundings.Locate(arguments, config);
            return source is null
                ? Task.FromResult(surroundings.Refuse(ConfigurationSource.NothingFound))
                : RunAsync(surroundings, addresses.Over(source, arguments));
        });
        return command;
    }

    private static async Task<int> RunAsync(Surroundings surroundings, ConfigurationSource source)
    {
        ConfigResult result = source.Load();
        if (!result.IsValid)
        {
            foreach (ConfigError error in result.Errors)
            {
                surroundings.Error.WriteLine(error);
            }

            return ExitCode.Unusable;
        }

        SocketRuntime.Configure(result.Config.Server.Workers);
        return await GatewayRun.ServeAsync(surroundings, source, result.Config).ConfigureAwait(false);
    }
}

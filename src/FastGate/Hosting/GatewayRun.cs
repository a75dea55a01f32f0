using System.Runtime.InteropServices;
using FastGate.CommandLine;
using FastGate.Configuration;
using FastGate.Configuration.Sources;

namespace FastGate.Hosting;

/// <summary>Runs a gateway from start to drained stop: listens, follows signals and the configuration file, and returns the exit code.</summary>
internal static class GatewayRun
{
    /// <summary>Serves until SIGTERM or SIGINT.</summary>
    /// <param name="surroundings">Where it prints.</param>
    /// <param name="source">Where the configuration comes from.</param>
    /// <param name="config">The configuration, loaded and checked.</param>
    /// <param name="greet">Prints what else there is to say once it listens.</param>
    public static async Task<int> ServeAsync(Surroundings surroundings, ConfigurationSource source, GatewayConfig config, Action<GatewayHost>? greet = null)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using PosixSignalRegistration term = OnSignal(PosixSignal.SIGTERM, () => stop.TrySetResult());
        using PosixSignalRegistration interrupt = OnSignal(PosixSignal.SIGINT, () => stop.TrySetResult());
        using var loggers = new LineLoggerFactory(surroundings.Error);
        GatewayHost host;
        try
        {
            host = new GatewayHost(source, config, loggers);
        }
        catch (IOException e)
        {
            return surroundings.Refuse(e.Message);
        }

        await using (host.ConfigureAwait(false))
        {
            try
            {
                await host.StartAsync().ConfigureAwait(false);
            }
            catch (IOException e)
            {
                return surroundings.Refuse(e.Message);
            }

            using PosixSignalRegistration hangUp = HangUpSignal.On(() => _ = host.ReloadAsync());
            using ConfigurationWatch? watch = source.File is null ? null : new ConfigurationWatch(source.File, host.ReloadAsync);
            Greet(surroundings, source, config, host);
            greet?.Invoke(host);
            await stop.Task.ConfigureAwait(false);
            await host.StopAsync().ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    private static void Greet(Surroundings surroundings, ConfigurationSource source, GatewayConfig config, GatewayHost host)
    {
        foreach (string address in host.Addresses)
        {
            surroundings.Out.WriteLine($"FastGate listens on {address}");
        }

        surroundings.Out.WriteLine($"control plane on http://{host.AdminAddress}{(config.AdminToken is null ? "" : " (asks for admin_token)")}");
        surroundings.Out.WriteLine($"configuration: {source.Name}; providers: {string.Join(", ", config.Providers.Select(p => p.Name))}"
            + (config.Routes.IsEmpty ? "" : $"; routes: {string.Join(", ", config.Routes.Select(r => r.Name))}"));
        surroundings.Out.WriteLine(config.Clients.IsEmpty
            ? "clients: no client keys are configured, so everyone who reaches the listener may call"
            : $"clients: {string.Join(", ", config.Clients.Select(c => c.Name))}");
        surroundings.Out.Flush();
    }

    /// <summary>Runs an action on a signal instead of what the signal would do.</summary>
    public static PosixSignalRegistration OnSignal(PosixSignal signal, Action action) => PosixSignalRegistration.Create(signal, context =>
    {
        // The default would end the process at once.
        context.Cancel = true;
        action();
    });
}

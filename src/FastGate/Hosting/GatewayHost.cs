using System.Collections.Immutable;
using System.Net;
using FastGate.Admin;
using FastGate.Composition;
using FastGate.Configuration;
using FastGate.Configuration.Sources;
using FastGate.Proxy.Server;
using FastGate.Proxy.Views;
using Microsoft.Extensions.Logging;

namespace FastGate.Hosting;

/// <summary>A running gateway: data plane, control plane, and the configuration that both follow.</summary>
internal sealed partial class GatewayHost : IAsyncDisposable
{
    private readonly ConfigurationSource _source;
    private readonly ILogger _logger;
    private readonly DataPlane _plane;
    private readonly ControlPlane _control;
    private readonly SemaphoreSlim _reloading = new(1, 1);
    private readonly IReadOnlyList<ListenSettings> _listeners;
    private GatewayConfig _config;

    public GatewayHost(ConfigurationSource source, GatewayConfig config, ILoggerFactory loggers)
    {
        _source = source;
        _config = config;
        _logger = loggers.CreateLogger("FastGate");
        _listeners = config.ToListeners();
        _plane = new DataPlane(config.ToSettings(), loggers, TimeProvider.System);
        _control = new ControlPlane(
            new ControlPlaneOptions(config.Admin.ToEndPoint(), config.AdminToken?.Reveal()), new GatewayView(_plane), ReloadAsync);
    }

    /// <summary>The data plane's addresses with their scheme.</summary>
    public ImmutableArray<string> Addresses => [.. _plane.Addresses.Select((address, i) => $"{_listeners[i].Scheme}://{address}")];

    /// <summary>The control plane's address.</summary>
    public IPEndPoint AdminAddress => _control.Address;

    /// <summary>Takes every address, and only then begins: a port in use is all that is said, and no provider is asked for nothing.</summary>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public async Task StartAsync()
    {
        await _plane.BindAsync(_listeners).ConfigureAwait(false);
        await _control.StartAsync().ConfigureAwait(false);
        _plane.Start();
    }

    /// <summary>Loads the configuration again and puts it in force if it is valid; else the old one stays.</summary>
    public async Task<ReloadOutcome> ReloadAsync()
    {
        await _reloading.WaitAsync().ConfigureAwait(false);
        try
        {
            ConfigResult result = _source.Load();
            if (!result.IsValid)
            {
                ImmutableArray<string> errors = [.. result.Errors.Select(e => e.ToString())];
                foreach (string error in errors)
                {
                    LogReloadError(_logger, error);
                }

                LogReloadRefused(_logger, _source.Name);
                return new ReloadOutcome(errors, []);
            }

            ImmutableArray<string> notes = NotesOn(_config, result.Config);
            _plane.Apply(result.Config.ToSettings());
            _config = result.Config;
            LogReloaded(_logger, _source.Name);
            foreach (string note in notes)
            {
                LogReloadNote(_logger, note);
            }

            return new ReloadOutcome([], notes);
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <summary>Drains: stops accepting and lets what is in flight finish.</summary>
    public async Task StopAsync()
    {
        LogDraining(_logger, _plane.OpenConnections, _config.Server.DrainTimeout.TotalSeconds);
        int cut = await _plane.StopAsync().ConfigureAwait(false);
        LogStopped(_logger, cut);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _plane.DisposeAsync().ConfigureAwait(false);
        await _control.DisposeAsync().ConfigureAwait(false);
        _reloading.Dispose();
    }

    // Sockets are bound and event loops are made once.
    private static ImmutableArray<string> NotesOn(GatewayConfig old, GatewayConfig current)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        Note("listen", !old.Listen.SequenceEqual(current.Listen));
        Note("admin", old.Admin != current.Admin);
        Note("admin_token", !Equals(old.AdminToken, current.AdminToken));
        Note("server.workers", old.Server.Workers != current.Server.Workers);
        Note("server.transport", old.Server.Transport != current.Server.Transport);
        Note("stores.answers", old.Stores.Answers != current.Stores.Answers);
        return notes.ToImmutable();

        void Note(string key, bool changed)
        {
            if (changed)
            {
                notes.Add($"'{key}' has changed, which takes effect at the next start");
            }
        }
    }

    [LoggerMessage(101, LogLevel.Information, "{Source}: loaded, in force for new requests")]
    private static partial void LogReloaded(ILogger logger, string source);

    [LoggerMessage(102, LogLevel.Warning, "{Note}")]
    private static partial void LogReloadNote(ILogger logger, string note);

    [LoggerMessage(103, LogLevel.Error, "{Error}")]
    private static partial void LogReloadError(ILogger logger, string error);

    [LoggerMessage(104, LogLevel.Error, "{Source} is not valid: the configuration loaded before stays in force")]
    private static partial void LogReloadRefused(ILogger logger, string source);

    [LoggerMessage(105, LogLevel.Information, "Stopping: {Connections} connections are open; requests in flight have {Seconds} s to finish")]
    private static partial void LogDraining(ILogger logger, int connections, double seconds);

    [LoggerMessage(106, LogLevel.Information, "Stopped; {Cut} connections had to be cut")]
    private static partial void LogStopped(ILogger logger, int cut);
}

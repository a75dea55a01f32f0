using System.Collections.Immutable;
using FastGate.Proxy.Lookup;
using FastGate.Proxy.Model;
using FastGate.Proxy.Time;
using Microsoft.Extensions.Logging;

namespace FastGate.Proxy.Catalog;

/// <summary>
/// Which models the providers have: what the configuration lists, else what they say themselves. Asked for in the background, and again
/// when a request names a model nobody has listed yet; requests read an immutable view.
/// </summary>
internal sealed partial class ModelCatalog(TimerWheel wheel, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMinutes(5);

    // A model nobody lists does not make the gateway ask everybody for each request.
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private readonly Dictionary<string, ImmutableArray<(string Id, long Created)>> _told = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private GatewaySnapshot? _snapshot;
    private CatalogView _view = CatalogView.Empty;
    private Task _background = Task.CompletedTask;
    private long _lastRefresh;
    private bool _everRefreshed;

    internal CatalogView View => Volatile.Read(ref _view);

    /// <summary>Takes the providers of a new configuration; what they told before holds until they are asked again.</summary>
    internal void Update(GatewaySnapshot snapshot)
    {
        lock (_lock)
        {
            _snapshot = snapshot;
            _everRefreshed = false;
            Rebuild();
        }
    }

    /// <summary>Begins to ask, now and every five minutes.</summary>
    internal void Start() => _background = RunAsync();

    /// <summary>Asks the providers again unless that was done a moment ago. Concurrent callers share one round.</summary>
    internal async Task RefreshAsync()
    {
        try
        {
            await _refreshing.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopping: what is known must do.
            return;
        }

        try
        {
            if (_everRefreshed && time.GetElapsedTime(_lastRefresh) < ShortestInterval)
            {
                return;
            }

            Provider[] asked;
            lock (_lock)
            {
                asked = [.. _snapshot!.Providers.Where(p => p.Settings.Models.IsEmpty)];
                _everRefreshed = true;
            }

            await Task.WhenAll(asked.Select(AskAsync)).ConfigureAwait(false);
            _lastRefresh = time.GetTimestamp();
        }
        finally
        {
            _refreshing.Release();
        }
    }

    /// <summary>Asks again if a provider has not told its models yet.</summary>
    internal Task RefreshIfUnlistedAsync() => View.Unlisted.IsEmpty ? Task.CompletedTask : RefreshAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _background.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(RefreshInterval, time);
        try
        {
            do
            {
                await RefreshAsync().ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task AskAsync(Provider provider)
    {
        (ImmutableArray<(string Id, long Created)>? models, string? failure) = await ModelLister.ListAsync(provider, wheel, _stop.Token).ConfigureAwait(false);
        if (models is null)
        {
            if (!_stop.IsCancellationRequested)
            {
                LogModelListFailed(logger, provider.Name, failure!);
            }

            return;
        }

        lock (_lock)
        {
            _told[provider.Name] = models.Value;
            Rebuild();
        }
    }

    private void Rebuild()
    {
        ImmutableArray<CatalogModel> models = [.. _snapshot!.Providers.SelectMany(ModelsOf)];
        Volatile.Write(ref _view, new CatalogView(
            models,
            new Utf8Table<CatalogEntry>(models.GroupBy(m => m.Model).Select(g => KeyValuePair.Create(g.Key, new CatalogEntry([.. g])))),
            new Utf8Table<CatalogModel>(models.Select(m => KeyValuePair.Create(m.Name, m))),
            [.. _snapshot.Providers.Where(p => p.Settings.Models.IsEmpty && !_told.ContainsKey(p.Name)).Select(p => p.Name)]));
    }

    private IEnumerable<CatalogModel> ModelsOf(Provider provider)
    {
        if (!provider.Settings.Models.IsEmpty)
        {
            return provider.Settings.Models.Select(name => new CatalogModel(provider, name, 0));
        }

        return _told.TryGetValue(provider.Name, out ImmutableArray<(string Id, long Created)> told)
            ? told.Select(m => new CatalogModel(provider, m.Id, m.Created))
            : [];
    }

    [LoggerMessage(EventIds.ModelListFailed, LogLevel.Information, "The models of {Provider} are not known: {Reason} They are reachable as {Provider}/MODEL all the same")]
    private static partial void LogModelListFailed(ILogger logger, string provider, string reason);
}

using FastGate.Proxy.Attempts;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Time;
using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;

namespace FastGate.Proxy.Probing;

/// <summary>
/// Active health checks (the failover rules, section 4): one call of a provider tells for all of its targets that are due. Also turns
/// the health machines of targets without traffic.
/// </summary>
internal sealed class Prober(Func<GatewaySnapshot> snapshot, RoutingContext routing, TimerWheel wheel, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _underWay = new(StringComparer.Ordinal);
    private Task _running = Task.CompletedTask;

    internal void Start() => _running = RunAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Pace, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                foreach (Provider provider in snapshot().Providers)
                {
                    Look(provider);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private void Look(Provider provider)
    {
        long now = routing.Clock.NowTicks;
        ProbeSettings settings = provider.Settings.Probe;
        List<UpstreamTarget>? due = null;
        TimeSpan timeout = settings.Timeout;
        foreach (UpstreamTarget target in provider.Targets.All)
        {
            target.Decided.Health.Tick(now);
            ProbePlan plan = ProbeSchedule.Next(target.Decided.Health.ProbeFacts(), settings.Interval, settings.Timeout, now);
            if (plan.DueTicks <= now)
            {
                (due ??= []).Add(target);
                timeout = plan.Timeout < timeout ? plan.Timeout : timeout;
            }
        }

        lock (_underWay)
        {
            if (due is null || !_underWay.Add(provider.Name))
            {
                return;
            }
        }

        _ = ProbeAsync(provider, due, timeout);
    }

    private async Task ProbeAsync(Provider provider, List<UpstreamTarget> due, TimeSpan timeout)
    {
        try
        {
            int key = KeyToTry(due[0]);
            bool asksModel = provider.Settings.Probe.Model is not null;
            ProviderAnswer answer = await ProviderCall.SendAsync(
                provider, provider.Keys[key], asksModel ? EndpointTable.Chat : EndpointTable.ModelList,
                asksModel ? ProbeBody(provider.Settings.Probe.Model!) : [], timeout, wheel, _stop.Token).ConfigureAwait(false);
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            FailureClass failure = Judge(answer);
            long now = routing.Clock.NowTicks;
            foreach (UpstreamTarget target in due)
            {
                target.Decided.Health.RecordProbe(failure, now);
                if (failure == FailureClass.None)
                {
                    target.Decided.Keys[key].Restore();
                }
            }
        }
        finally
        {
            lock (_underWay)
            {
                _underWay.Remove(provider.Name);
            }
        }
    }

    // A key that the provider refused is tried again by a probe, never by a request.
    private static int KeyToTry(UpstreamTarget target)
    {
        for (int i = 0; i < target.Decided.Keys.Count; i++)
        {
            if (target.Decided.Keys[i].IsOut)
            {
                return i;
            }
        }

        return 0;
    }

    // A provider that refuses the probe (no such path, no rights) is there all the same: only silence and its own errors count.
    private static FailureClass Judge(ProviderAnswer answer) => answer switch
    {
        { Fault: not AttemptFault.None } => FailureClassing.Of(answer.Fault),
        { Status: 401 or 402 or 403 } => FailureClass.Auth,
        { Status: 429 or 529 } => FailureClass.RateLimited,
        { Status: >= 500 } => FailureClass.Upstream5xx,
        _ => FailureClass.None,
    };

    private static byte[] ProbeBody(string model)
    {
        var body = new System.Buffers.ArrayBufferWriter<byte>(128);
        using var json = new System.Text.Json.Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteNumber("max_tokens", 1);
        json.WriteStartArray("messages");
        json.WriteStartObject();
        json.WriteString("role", "user");
        json.WriteString("content", "ping");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenSpan.ToArray();
    }
}

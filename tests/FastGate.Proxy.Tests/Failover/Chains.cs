using System.Diagnostics;
using System.Net;
using System.Text.Json;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Views;
using FastGate.Routing.Planning;
using FastGate.Routing.Retry;

namespace FastGate.Proxy.Tests.Failover;

/// <summary>Routes over several providers, named <c>one</c>, <c>two</c>, <c>three</c>, each with the model <c>m</c> in the chain.</summary>
internal static class Chains
{
    private static readonly string[] Names = ["one", "two", "three"];

    internal static GatewaySettings Over(params IPEndPoint[] upstreams) =>
        Gateway.Settings([.. upstreams.Select((upstream, i) => Gateway.Provider(Names[i], upstream))])
            .WithRoute(route => route with { Members = [.. upstreams.Select((_, i) => new MemberDefinition($"{Names[i]}/m"))] });

    internal static GatewaySettings Over(params RepliedUpstream[] upstreams) => Over([.. upstreams.Select(upstream => upstream.EndPoint)]);

    internal static GatewaySettings WithRoute(this GatewaySettings settings, Func<RouteDefinition, RouteDefinition> change) =>
        settings with { Routes = [change(settings.Routes[0])] };

    internal static GatewaySettings WithRetry(this GatewaySettings settings, int attempts, double seconds = 1) =>
        settings.WithRoute(route => route with { Retry = new RetrySettings { Attempts = attempts, Backoff = [TimeSpan.FromSeconds(seconds)], Jitter = 0 } });

    internal static GatewaySettings WithProvider(this GatewaySettings settings, int index, Func<ProviderSettings, ProviderSettings> change) =>
        settings with { Providers = settings.Providers.SetItem(index, change(settings.Providers[index])) };

    /// <summary>Asserts an answer with status 200 and which target gave it, after how many calls and why.</summary>
    internal static void IsFrom(this Message response, string target, int attempts, string? fallback)
    {
        Assert.True(response.Status == 200, $"{response.StartLine} {response.Text}");
        Assert.Equal(target, response["x-fastgate-target"]);
        Assert.Equal(attempts.ToString(System.Globalization.CultureInfo.InvariantCulture), response["x-fastgate-attempts"]);
        Assert.Equal(fallback, response["x-fastgate-fallback"]);
    }

    /// <summary>The members of <c>error.attempts</c> as <c>target error status</c>.</summary>
    internal static string[] Attempts(this Message response) =>
        [.. response.Json.GetProperty("error").GetProperty("attempts").EnumerateArray().Select(attempt =>
            $"{attempt.GetProperty("target").GetString()} {attempt.GetProperty("error").GetString()} {(attempt.TryGetProperty("status", out JsonElement status) ? status.GetInt32() : 0)}")];

    /// <summary>No target has a call under way any more: the client has its answer a moment before the call is settled.</summary>
    internal static Task NothingInFlightAsync(Gateway gateway) => EventuallyAsync(() => new GatewayView(gateway.Plane).Targets.All(target => target.InFlight == 0));

    /// <summary>Until a state that the gateway only shows, and does not announce, has come.</summary>
    internal static async Task<bool> EventuallyAsync(Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience.Limit, "It did not come.");
            await Task.Yield();
        }

        return true;
    }
}

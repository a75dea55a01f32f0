using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using FastGate.EndToEnd.Tests.Harness;

namespace FastGate.EndToEnd.Tests.Processes;

public sealed class ControlPlaneTests
{
    [Fact]
    public async Task Health_ready_and_status_tell_the_state()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync("routes: { chat: { targets: [mock/ok] } }");
        await pair.Gateway.Client.TextAsync("chat");

        Assert.Equal("ok", (await JsonAsync(pair.Gateway, "/-/health")).GetProperty("status").GetString());
        Assert.Equal("ready", (await JsonAsync(pair.Gateway, "/-/ready")).GetProperty("status").GetString());
        JsonElement status = await JsonAsync(pair.Gateway, "/-/status");
        Assert.Equal("serving", status.GetProperty("state").GetString());
        Assert.Equal("chat", status.GetProperty("routes")[0].GetProperty("name").GetString());
        Assert.Equal("mock/ok", status.GetProperty("routes")[0].GetProperty("targets")[0].GetString());
        Assert.Equal("mock", status.GetProperty("providers")[0].GetProperty("name").GetString());
        using HttpResponseMessage health = await pair.Gateway.Client.GetAsync("/-/health");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task Metrics_count_requests()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync("routes: { chat: { targets: [mock/ok] } }");
        await pair.Gateway.Client.TextAsync("chat");
        await pair.Gateway.Client.TextAsync("chat");
        await pair.Gateway.Client.ErrorAsync("mock/rate-limit");

        string metrics = await pair.Gateway.Admin.GetStringAsync("/-/metrics");

        Assert.Contains("fastgate_requests_total{route=\"chat\",surface=\"openai\",status=\"200\"} 2\n", metrics, StringComparison.Ordinal);
        Assert.Matches("fastgate_requests_total\\{route=\"[^\"]*\",surface=\"openai\",status=\"429\"\\} 1\n", metrics);
    }

    [PromtoolFact]
    public async Task Metrics_are_what_prometheus_expects()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync("routes: { chat: { targets: [mock/error-503, mock/ok], retry: { attempts: 0 } } }");
        for (int i = 0; i < 4; i++)
        {
            await pair.Gateway.Client.TextAsync("chat");
        }

        Assert.Contains("fastgate_time_to_recovery_seconds_count{route=\"chat\",target=\"mock/error-503\"} 1\n", await pair.Gateway.Admin.GetStringAsync("/-/metrics"), StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        string file = folder.Write("metrics", await pair.Gateway.Admin.GetStringAsync("/-/metrics"));

        (int code, string output, string error) = await ChildProcess.RunAsync("sh", ["-c", "promtool check metrics < \"$0\"", file]);

        Assert.True(code == 0, output + error);
    }

    [PromtoolFact]
    public async Task Alert_rules_are_what_prometheus_expects()
    {
        (int code, string output, string error) = await ChildProcess.RunAsync("promtool", ["check", "rules", Path.Combine(Repository.Root, "deploy/prometheus/fastgate.rules.yml")]);

        Assert.True(code == 0, output + error);
    }

    [Fact]
    public async Task Events_tell_a_failover_as_it_happens()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync("routes: { chat: { targets: [mock/error-503, mock/ok], retry: { attempts: 0 } } }");
        using HttpResponseMessage response = await pair.Gateway.Admin.GetAsync("/-/events?last_event_id=0", HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        await pair.Gateway.Client.TextAsync("chat");

        string? line;
        do
        {
            line = await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.NotNull(line);
        }
        while (!line.StartsWith("data: ", StringComparison.Ordinal));
        JsonElement data = JsonDocument.Parse(line["data: ".Length..]).RootElement;
        Assert.Equal(
            "chat mock/error-503 mock/ok upstream_5xx",
            string.Join(' ', new[] { "route", "from", "to", "reason" }.Select(member => data.GetProperty(member).GetString())));
    }

    [Fact]
    public async Task Admin_token_is_asked_for()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync($"admin_token: {Secrets.AdminToken}");
        HttpClient admin = pair.Gateway.Admin;

        foreach (string path in (string[])["/-/metrics", "/-/status", "/-/reload", "/"])
        {
            using HttpResponseMessage stranger = path == "/-/reload" ? await admin.PostAsync(path, null) : await admin.GetAsync(path);
            string body = await stranger.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
            using var json = JsonDocument.Parse(body);
            Assert.True(json.RootElement.TryGetProperty("error", out _));
        }

        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/-/health")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/-/ready")).StatusCode);
        admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Secrets.AdminToken + "x");
        Assert.Equal(HttpStatusCode.Unauthorized, (await admin.GetAsync("/-/metrics")).StatusCode);
        admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Secrets.AdminToken);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/-/metrics")).StatusCode);
        Secrets.AssertNoneIn(await admin.GetStringAsync("/-/status"));
    }

    private static async Task<JsonElement> JsonAsync(Gateway gateway, string path)
    {
        using var json = JsonDocument.Parse(await gateway.Admin.GetStringAsync(path));
        return json.RootElement.Clone();
    }
}

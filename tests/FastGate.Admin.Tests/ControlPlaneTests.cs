using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using FastGate.Proxy.Views;

namespace FastGate.Admin.Tests;

public sealed class ControlPlaneTests
{
    [Fact]
    public async Task Health_and_readiness_are_told()
    {
        await using Plane plane = await Plane.StartAsync();

        Assert.Equal("{\"status\":\"ok\"}", await plane.TextAsync("/-/health"));
        Assert.Equal("{\"status\":\"ready\"}", await plane.TextAsync("/-/ready"));
        using HttpResponseMessage head = await plane.SendAsync(HttpMethod.Head, "/-/health");
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal("", await head.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Draining_gateway_is_healthy_but_not_ready()
    {
        await using Plane plane = await Plane.StartAsync();
        await plane.Data.StopAsync();

        using HttpResponseMessage ready = await plane.SendAsync(HttpMethod.Get, "/-/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("{\"status\":\"draining\"}", await ready.Content.ReadAsStringAsync());
        Assert.Equal("{\"status\":\"ok\"}", await plane.TextAsync("/-/health"));
        Assert.Contains("\"state\":\"draining\"", await plane.TextAsync("/-/status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_tells_routes_providers_and_connections_and_no_key()
    {
        await using Plane plane = await Plane.StartAsync();
        using Socket open = await plane.ConnectDataPlaneAsync();

        string text = await plane.TextAsync("/-/status");

        JsonElement status = JsonDocument.Parse(text).RootElement;
        Assert.Equal("serving", status.GetProperty("state").GetString());
        Assert.Equal(1, status.GetProperty("client_connections").GetInt32());
        Assert.Equal(0, status.GetProperty("active_streams").GetInt32());
        Assert.Equal(
            ["chat up/m", "we\"ird\\ up/n"],
            status.GetProperty("routes").EnumerateArray().Select(route => $"{route.GetProperty("name").GetString()} {route.GetProperty("targets")[0].GetString()}"));
        JsonElement provider = Assert.Single(status.GetProperty("providers").EnumerateArray());
        Assert.Equal("up", provider.GetProperty("name").GetString());
        Assert.Equal("http://127.0.0.1:1/v1", provider.GetProperty("base_url").GetString());
        Assert.Equal(2, provider.GetProperty("models").GetInt32());
        Assert.DoesNotContain("sk-never-shown", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_is_asked_for_everything_but_health_and_readiness()
    {
        await using Plane plane = await Plane.StartAsync(token: "admin-token");
        foreach (string path in new[] { "/-/health", "/-/ready" })
        {
            Assert.Equal(HttpStatusCode.OK, (await plane.SendAsync(HttpMethod.Get, path)).StatusCode);
        }

        foreach (string path in new[] { "/-/metrics", "/-/status", "/-/events", "/-/reload", "/nothing", "/" })
        {
            foreach (string? authorization in new[] { null, "Bearer wrong", "Bearer", "Basic YWRtaW4tdG9rZW4=", "Bearer admin-tokenx" })
            {
                using HttpResponseMessage refused = await plane.SendAsync(HttpMethod.Get, path, authorization);
                await IsErrorAsync(refused, HttpStatusCode.Unauthorized, "invalid_admin_token");
                Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.Single().Scheme);
            }
        }

        Assert.Equal(HttpStatusCode.OK, (await plane.SendAsync(HttpMethod.Get, "/-/metrics", "Bearer admin-token")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await plane.SendAsync(HttpMethod.Get, "/-/status", "bearer  admin-token")).StatusCode);
    }

    [Theory]
    [InlineData("POST", "/-/health", "GET")]
    [InlineData("PUT", "/-/ready", "GET")]
    [InlineData("DELETE", "/-/metrics", "GET")]
    [InlineData("POST", "/-/status", "GET")]
    [InlineData("POST", "/-/events", "GET")]
    [InlineData("GET", "/-/reload", "POST")]
    public async Task Wrong_method_is_told_the_right_one(string method, string path, string allowed)
    {
        await using Plane plane = await Plane.StartAsync();

        using HttpResponseMessage response = await plane.SendAsync(new HttpMethod(method), path);

        await IsErrorAsync(response, HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        Assert.Equal([allowed], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/-/health/")]
    [InlineData("/-/HEALTH")]
    public async Task Unknown_path_is_not_found(string path)
    {
        await using Plane plane = await Plane.StartAsync();

        using HttpResponseMessage response = await plane.SendAsync(HttpMethod.Get, path);

        await IsErrorAsync(response, HttpStatusCode.NotFound, "unknown_path");
    }

    [Fact]
    public async Task Reload_tells_what_needs_a_restart()
    {
        int reloads = 0;
        await using Plane plane = await Plane.StartAsync(reload: () =>
        {
            reloads++;
            return Task.FromResult(new ReloadOutcome([], ["'listen' has changed"]));
        });

        using HttpResponseMessage response = await plane.SendAsync(HttpMethod.Post, "/-/reload");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var outcome = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.True(outcome.RootElement.GetProperty("reloaded").GetBoolean());
        Assert.Equal("'listen' has changed", outcome.RootElement.GetProperty("notes")[0].GetString());
        Assert.Equal(1, reloads);
    }

    [Fact]
    public async Task Refused_reload_tells_every_error()
    {
        await using Plane plane = await Plane.StartAsync(reload: () => Task.FromResult(new ReloadOutcome(["a:1:2: one", "a:3:4: two"], [])));

        using HttpResponseMessage response = await plane.SendAsync(HttpMethod.Post, "/-/reload");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        using var outcome = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.False(outcome.RootElement.GetProperty("reloaded").GetBoolean());
        Assert.Equal(["a:1:2: one", "a:3:4: two"], outcome.RootElement.GetProperty("errors").EnumerateArray().Select(error => error.GetString()));
    }

    [Fact]
    public async Task Address_in_use_is_one_clear_line()
    {
        await using Plane plane = await Plane.StartAsync();
        await using var second = new ControlPlane(new ControlPlaneOptions(plane.Address, null), new GatewayView(plane.Data), () => Task.FromResult(new ReloadOutcome([], [])));

        IOException error = await Assert.ThrowsAsync<IOException>(second.StartAsync);

        Assert.StartsWith($"{plane.Address} is already in use", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_never_show_the_token() =>
        Assert.DoesNotContain("secret", new ControlPlaneOptions(new IPEndPoint(IPAddress.Loopback, 1), "secret").ToString(), StringComparison.Ordinal);

    private static async Task IsErrorAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        JsonElement error = body.RootElement.GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.NotEqual("", error.GetProperty("message").GetString());
    }
}

using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using System.Net;
using System.Net.Sockets;
using FastGate.Proxy.Model;
using FastGate.Proxy.Server;
using FastGate.Proxy.Views;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastGate.Admin.Tests;

/// <summary>A data plane with one provider that is never reached, and the control plane beside it.</summary>
internal sealed class Plane : IAsyncDisposable
{
    private readonly ControlPlane _control;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(30) };

    private Plane(DataPlane data, ControlPlane control)
    {
        Data = data;
        _control = control;
        _client.BaseAddress = new Uri($"http://{control.Address}");
    }

    internal DataPlane Data { get; }

    internal IPEndPoint Address => _control.Address;

    internal static async Task<Plane> StartAsync(string? token = null, Func<Task<ReloadOutcome>>? reload = null, params RouteDefinition[] routes)
    {
        var settings = new GatewaySettings
        {
            Providers = [new ProviderSettings("up", new Uri("http://127.0.0.1:1/v1")) { Models = ["m", "n"], Keys = [new ProviderKeySettings("sk-never-shown", 1)] }],
            Routes = [new RouteDefinition("chat", [new MemberDefinition("up/m")]) { Deadline = TimeSpan.FromSeconds(60), Retry = new RetrySettings { Attempts = 0 } }, new RouteDefinition("we\"ird\\", [new MemberDefinition("up/n")]) { Deadline = TimeSpan.FromSeconds(60), Retry = new RetrySettings { Attempts = 0 } }, .. routes],
        };
        var data = new DataPlane(settings, NullLoggerFactory.Instance, TimeProvider.System);
        await data.ListenAsync([new ListenSettings(new IPEndPoint(IPAddress.Loopback, 0))]);
        var control = new ControlPlane(
            new ControlPlaneOptions(new IPEndPoint(IPAddress.Loopback, 0), token), new GatewayView(data), reload ?? (() => Task.FromResult(new ReloadOutcome([], []))));
        await control.StartAsync();
        return new Plane(data, control);
    }

    internal Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? authorization = null)
    {
        var request = new HttpRequestMessage(method, path);
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return _client.SendAsync(request);
    }

    internal async Task<string> TextAsync(string path) => await (await SendAsync(HttpMethod.Get, path)).Content.ReadAsStringAsync();

    /// <summary>Follows the events.</summary>
    /// <param name="after">The id of the last event that is known; null: only what happens from now on.</param>
    internal async Task<EventReader> FollowAsync(string? after = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/-/events");
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", after);
        }

        HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var reader = new EventReader(response);

        // Behind its first line it hears everything.
        Assert.Equal("retry: 2000", await reader.LineAsync());
        return reader;
    }

    /// <summary>One request on the data plane.</summary>
    internal async Task AskDataPlaneAsync(string body, string? requestId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{Data.Addresses[0]}/v1/chat/completions") { Content = new StringContent(body) };
        if (requestId is not null)
        {
            request.Headers.Add("x-request-id", requestId);
        }

        using HttpResponseMessage response = await _client.SendAsync(request);
    }

    /// <summary>A connection to the data plane that has been served once and stays open.</summary>
    internal async Task<Socket> ConnectDataPlaneAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Data.Addresses[0]);
        await socket.SendAsync("GET /-/health HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        await socket.ReceiveAsync(new byte[1000]);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Data.DisposeAsync();
        await _control.DisposeAsync();
    }
}

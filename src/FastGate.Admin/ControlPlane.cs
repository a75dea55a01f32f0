using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using FastGate.Proxy.Clients;
using FastGate.Proxy.Views;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FastGate.Admin;

/// <summary>
/// The control plane: metrics, status, readiness and reload on a port of its own. It reads the data plane through a view; being slow or
/// down it does not disturb it.
/// </summary>
public sealed class ControlPlane : IAsyncDisposable
{
    private readonly ControlPlaneOptions _options;
    private readonly GatewayView _view;
    private readonly Func<Task<ReloadOutcome>> _reload;
    private readonly ImmutableArray<byte>? _tokenHash;
    private readonly EventStream _events;
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _application;

    /// <summary>Makes a control plane that does not listen yet.</summary>
    /// <param name="options">Where it listens and who may use it.</param>
    /// <param name="view">What it shows.</param>
    /// <param name="reload">Loads the configuration again.</param>
    public ControlPlane(ControlPlaneOptions options, GatewayView view, Func<Task<ReloadOutcome>> reload)
    {
        _options = options;
        _view = view;
        _reload = reload;
        _tokenHash = options.Token is null ? null : KeyHash.Of(options.Token);
        _events = new EventStream(view, options.Time, _stopping.Token);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        // The process's signals belong to the gateway as a whole, not to this part of it.
        builder.Services.AddSingleton<Microsoft.Extensions.Hosting.IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.EndPoint);
        });
        _application = builder.Build();
        _application.Run(HandleAsync);
    }

    /// <summary>The address it listens on.</summary>
    public IPEndPoint Address
    {
        get
        {
            string address = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            return new IPEndPoint(_options.EndPoint.Address, new Uri(address).Port);
        }
    }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="IOException">The address is in use or cannot be bound.</exception>
    public async Task StartAsync()
    {
        try
        {
            await _application.StartAsync().ConfigureAwait(false);
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new IOException($"{_options.EndPoint} is already in use; stop what listens there or choose another address for the control plane");
        }
        catch (System.Net.Sockets.SocketException e)
        {
            throw new IOException($"{_options.EndPoint} cannot be listened on: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Event streams never end by themselves.
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private Task HandleAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        string method = context.Request.Method;
        bool read = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        switch (path)
        {
            case "/-/health" when read:
                return SendAsync(context, 200, "ok");
            case "/-/ready" when read:
                string[] stuck = [.. _view.Routes.Where(r => !r.Usable).Select(r => r.Name)];
                return SendAsync(
                    context,
                    _view.IsDraining || stuck.Length > 0 ? 503 : 200,
                    _view.IsDraining ? "draining" : stuck.Length > 0 ? $"no usable target: {string.Join(", ", stuck)}" : "ready");
        }

        if (!IsAllowed(context))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return SendErrorAsync(context, 401, "invalid_admin_token", "Send the admin_token of the configuration as 'Authorization: Bearer TOKEN'.");
        }

        return path switch
        {
            "/-/metrics" when read => SendMetricsAsync(context),
            "/-/status" when read => SendJsonAsync(context, 200, json => StatusDocument.Write(json, _view)),
            "/-/events" when HttpMethods.IsGet(method) => SendEventsAsync(context),
            "/-/reload" when HttpMethods.IsPost(method) => ReloadAsync(context),
            "/-/health" or "/-/ready" or "/-/metrics" or "/-/status" or "/-/events" => WrongMethodAsync(context, "GET"),
            "/-/reload" => WrongMethodAsync(context, "POST"),
            _ => SendErrorAsync(context, 404, "unknown_path", "The control plane has /-/health, /-/ready, /-/metrics, /-/status, /-/events and POST /-/reload."),
        };
    }

    private bool IsAllowed(HttpContext context)
    {
        if (_tokenHash is not { } expected)
        {
            return true;
        }

        string given = context.Request.Headers.Authorization.ToString();
        const string Scheme = "Bearer ";
        return given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(KeyHash.Of(given[Scheme.Length..].Trim()).AsSpan(), expected.AsSpan());
    }

    private Task SendMetricsAsync(HttpContext context)
    {
        // https://prometheus.io/docs/instrumenting/exposition_formats/
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(MetricsText.Write(_view));
    }

    private async Task SendEventsAsync(HttpContext context)
    {
        if (!_events.TryEnter())
        {
            await SendErrorAsync(context, 503, "too_many_readers", $"{EventStream.MostReaders} readers follow the events already; close one of them.").ConfigureAwait(false);
            return;
        }

        try
        {
            await _events.RunAsync(context).ConfigureAwait(false);
        }
        finally
        {
            _events.Leave();
        }
    }

    private async Task ReloadAsync(HttpContext context)
    {
        ReloadOutcome outcome = await _reload().ConfigureAwait(false);
        bool done = outcome.Errors.IsEmpty;
        await SendJsonAsync(context, done ? 200 : 422, json =>
        {
            json.WriteBoolean("reloaded", done);
            WriteStrings(json, "errors", outcome.Errors);
            WriteStrings(json, "notes", outcome.Notes);
        }).ConfigureAwait(false);
    }

    private static Task WrongMethodAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return SendErrorAsync(context, 405, "method_not_allowed", $"Use {allowed}.");
    }

    private static Task SendAsync(HttpContext context, int status, string state) => SendJsonAsync(context, status, json => json.WriteString("status", state));

    private static Task SendErrorAsync(HttpContext context, int status, string code, string message) => SendJsonAsync(context, status, json =>
    {
        json.WriteStartObject("error");
        json.WriteString("message", message);
        json.WriteString("code", code);
        json.WriteEndObject();
    });

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static async Task SendJsonAsync(HttpContext context, int status, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(buffer.WrittenMemory).ConfigureAwait(false);
        }
    }
}

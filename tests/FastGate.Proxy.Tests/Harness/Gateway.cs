using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using FastGate.MockProvider;
using FastGate.Proxy.Model;
using FastGate.Proxy.Server;
using FastGate.Proxy.Upstream;
using Microsoft.Extensions.Logging;

namespace FastGate.Proxy.Tests.Harness;

/// <summary>A data plane on a free port, with a clock of the test's. An internal fault it logs fails the test.</summary>
internal sealed class Gateway : IAsyncDisposable
{
    internal const string ProviderKey = "sk-provider-7777";

    private readonly Faults _faults;
    private readonly List<Wire> _clients = [];

    private Gateway(DataPlane plane, ManualTime time, Faults faults)
    {
        Plane = plane;
        Time = time;
        _faults = faults;
    }

    internal DataPlane Plane { get; }

    internal ManualTime Time { get; }

    /// <summary>Waits without limit except for those a test sets.</summary>
    internal static UpstreamTimeouts Patient { get; } = new(
        Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    internal static async Task<Gateway> StartAsync(GatewaySettings settings, ListenSettings? listen = null)
    {
        var time = new ManualTime();
        var faults = new Faults();
        var plane = new DataPlane(settings with { Transport = TestTransport.Settings }, faults, time);
        await plane.ListenAsync([listen ?? new ListenSettings(new IPEndPoint(IPAddress.Loopback, 0))]);
        return new Gateway(plane, time, faults);
    }

    /// <summary>A gateway in front of one provider <c>up</c>, with the route <c>chat</c> to its model <c>m</c>.</summary>
    internal static Task<Gateway> StartAsync(IPEndPoint upstream, Func<ProviderSettings, ProviderSettings>? provider = null, Func<GatewaySettings, GatewaySettings>? gateway = null)
    {
        GatewaySettings settings = Settings(Provider("up", upstream, provider));
        return StartAsync(gateway is null ? settings : gateway(settings));
    }

    internal static Task<Gateway> StartAsync(ScriptedUpstream upstream, Func<ProviderSettings, ProviderSettings>? provider = null, Func<GatewaySettings, GatewaySettings>? gateway = null) =>
        StartAsync(upstream.EndPoint, provider, gateway);

    internal static Task<Gateway> StartAsync(MockServer mock, Func<ProviderSettings, ProviderSettings>? provider = null, Func<GatewaySettings, GatewaySettings>? gateway = null) =>
        StartAsync(mock.BoundEndpoint, provider, gateway);

    internal static ProviderSettings Provider(string name, IPEndPoint upstream, Func<ProviderSettings, ProviderSettings>? change = null)
    {
        var settings = new ProviderSettings(name, new Uri($"http://{upstream}/v1"))
        {
            Keys = [new ProviderKeySettings(ProviderKey, 1)],
            Models = ["m", "listed"],
            Timeouts = Patient,
            Probe = new ProbeSettings(TimeSpan.Zero, TimeSpan.FromSeconds(5), null),
        };
        return change is null ? settings : change(settings);
    }

    internal static GatewaySettings Settings(params ProviderSettings[] providers) => new()
    {
        Providers = [.. providers],
        Routes = [new RouteDefinition("chat", [new MemberDefinition($"{providers[0].Name}/m")]) { Deadline = TimeSpan.FromDays(1), HedgeAfter = TimeSpan.Zero, Retry = new RetrySettings { Attempts = 0 } }],
        DirectRoute = new RouteDefinition("direct", []) { Deadline = TimeSpan.FromDays(1), Retry = new RetrySettings { Attempts = 0 } },
    };

    internal async Task<Wire> ConnectAsync(int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size)
        {
            socket.ReceiveBufferSize = size;
        }

        await socket.ConnectAsync(Plane.Addresses[0]).Soon();
        var wire = new Wire(socket);
        _clients.Add(wire);
        return wire;
    }

    /// <summary>A connection that speaks TLS and offers HTTP/2 too, which must be declined.</summary>
    internal async Task<Wire> ConnectTlsAsync()
    {
        Wire plain = await ConnectAsync();
        var tls = new SslStream(new NetworkStream(plain.Socket));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        }).Soon();
        Assert.Equal(SslApplicationProtocol.Http11, tls.NegotiatedApplicationProtocol);
        return new Wire(plain.Socket, tls);
    }

    /// <summary>Sends a request on a connection of its own and reads the response.</summary>
    internal async Task<Message> AskAsync(string request)
    {
        Wire client = await ConnectAsync();
        await client.SendAsync(request);
        return await Message.ReadResponseAsync(client);
    }

    internal static string Post(string body, string path = "/v1/chat/completions", string lines = "") =>
        $"POST {path} HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: {Encoding.Latin1.GetByteCount(body)}\r\n{lines}\r\n{body}";

    internal static string Chat(string model = "chat", bool stream = false, string lines = "") =>
        Post($"{{\"model\":\"{model}\",\"stream\":{(stream ? "true" : "false")},\"messages\":[{{\"role\":\"user\",\"content\":\"hi\"}}]}}", lines: lines);

    internal static string Get(string path, string lines = "", string method = "GET") => $"{method} {path} HTTP/1.1\r\nHost: gateway\r\n{lines}\r\n";

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await Plane.DisposeAsync();
        Assert.Empty(_faults.Errors);
    }

    /// <summary>Keeps what is logged as an error: the data plane does so for its own faults only.</summary>
    private sealed class Faults : ILoggerFactory, ILogger
    {
        internal ConcurrentQueue<string> Errors { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Errors.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}

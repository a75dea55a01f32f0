using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using FastGate.EndToEnd.Tests.Harness;

namespace FastGate.EndToEnd.Tests.Chaos;

/// <summary>
/// Providers that misbehave at random, each in a process and a manner of its own, one that does not and says what the answers are, and the gateway in front
/// of those that do.
/// </summary>
internal sealed class ChaosFleet : IAsyncDisposable
{
    /// <summary>YAML of <c>health</c> that leaves every target in use, however bad.</summary>
    public const string Patient = "{ minimum_samples: 1000000, consecutive_failures: 1000000, degraded_latency_factor: 1000 }";

    /// <summary>The route over all of them.</summary>
    public const string Route = "chaos";

    // What ends a stream in the middle is drawn more often than what a gateway gets over before the first token.
    private static readonly string[] Faults =
    [
        "cut-stream", "cut-stream", "cut-stream", "stall-stream", "malformed-event", "malformed-event", "no-done", "reset", "error-500", "error-503", "slow-first-token", "sliced", "ok-slow",
        "no-prefill",
    ];

    private readonly List<MockProcess> _providers = [];

    private ChaosFleet(MockProcess control, Gateway gateway)
    {
        Control = control;
        Gateway = gateway;
        Oracle = new HttpClient { BaseAddress = control.Address, Timeout = ChildProcess.Patience };
        Oracle.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Secrets.ProviderKey);
        Http = Client(gateway.Address, null);
        SlowHttp = Client(gateway.Address, 4096);
    }

    public Gateway Gateway { get; }

    public IReadOnlyList<MockProcess> Providers => _providers;

    /// <summary>Calls the gateway; a response that is disposed early closes its connection.</summary>
    public HttpClient Http { get; }

    /// <summary>The same through a small window.</summary>
    public HttpClient SlowHttp { get; }

    private MockProcess Control { get; }

    private HttpClient Oracle { get; }

    /// <summary>Starts them.</summary>
    /// <param name="seed">Seeds the providers' faults.</param>
    /// <param name="health">YAML of <c>health</c>.</param>
    /// <param name="more">YAML of the route, beside its targets.</param>
    /// <param name="timeouts">YAML of the providers' <c>timeouts</c>.</param>
    /// <param name="pace">Options of the providers that set their pace.</param>
    public static async Task<ChaosFleet> StartAsync(
        int seed, string health, string more, string timeouts = "{ connect: 5s, first_byte: 5s, first_token: 1500ms, stall: 1s, total: 60s }", params string[] pace)
    {
        string[][] manners =
        [
            ["--fault-rate", "0.4", "--slice", "3"],
            ["--fault-rate", "0.4", "--continue", "refuse", "--slice", "53"],
            ["--fault-rate", "0.4", "--continue", "all"],
            ["--fault-rate", "0.3"],
        ];
        var providers = new List<MockProcess>();
        MockProcess? control = null;
        try
        {
            control = await MockProcess.StartAsync();
            for (int i = 0; i < manners.Length; i++)
            {
                string number = (seed + i).ToString(CultureInfo.InvariantCulture);
                providers.Add(await MockProcess.StartAsync([.. manners[i], "--seed", number, "--name", $"p{i}", "--log", "1000000", .. pace, "--faults", .. Faults]));
            }

            string listed = string.Join('\n', providers.Select((provider, i) =>
                $"  p{i}: {{ base_url: \"{provider.Address}v1\", key: \"{Secrets.ProviderKey}\", probe: {{ interval: 0 }}, timeouts: {timeouts} }}"));
            Gateway gateway = await Gateway.ServeAsync($$"""
                clients: [{ name: e2e, key: "{{Secrets.ClientKey}}" }]
                retry_budget: { share: 1, minimum_per_second: 100000 }
                health: {{health}}
                providers:
                {{listed}}
                routes:
                  {{Route}}:
                    strategy: round_robin
                    targets: [{{string.Join(", ", providers.Select((_, i) => $"p{i}/ok"))}}]
                    retry: { attempts: 1, backoff: [10ms] }
                    deadline: 30s
                    {{more}}
                """);
            var fleet = new ChaosFleet(control, gateway);
            fleet._providers.AddRange(providers);
            return fleet;
        }
        catch
        {
            foreach (MockProcess started in control is null ? providers : [control, .. providers])
            {
                await started.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>What a plan's answer must be, one text for each choice: for an echo the text itself, else what the provider without faults says.</summary>
    public async Task<IReadOnlyList<string>> ExpectedAsync(StreamPlan plan)
    {
        switch (plan.Surface)
        {
            case Surface.TwoChoices:
                return [plan.Text, plan.Text];
            case Surface.Chat or Surface.Unary or Surface.Responses:
                return [plan.Text];
        }

        using HttpResponseMessage response = await Oracle.PostAsync(plan.Path, new StringContent(plan.Body("ok", stream: false), new MediaTypeHeaderValue("application/json")));
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        using var json = JsonDocument.Parse(body);
        JsonElement choice = json.RootElement.GetProperty("choices")[0];
        string? text = plan.Surface switch
        {
            Surface.LegacyCompletion => choice.GetProperty("text").GetString(),
            Surface.ToolCall => choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString(),
            _ => choice.GetProperty("message").GetProperty("content").GetString(),
        };
        return [text!];
    }

    /// <summary>A figure of the gateway's metrics, all labels added up; 0 when there is none of that name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="label">Only samples with this in their labels.</param>
    public async Task<double> MetricAsync(string name, string label = "")
    {
        string text = await Gateway.Admin.GetStringAsync("/-/metrics");
        return text.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is ' ' or '{' && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        SlowHttp.Dispose();
        Oracle.Dispose();
        try
        {
            await Gateway.DisposeAsync();
        }
        finally
        {
            foreach (MockProcess provider in _providers.Append(Control))
            {
                await provider.DisposeAsync();
            }
        }
    }

    private static HttpClient Client(Uri address, int? receiveBuffer)
    {
        var handler = new SocketsHttpHandler { MaxResponseDrainSize = 0, UseProxy = false };
        if (receiveBuffer is { } size)
        {
            handler.ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = size, NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            };
        }

        return new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
    }
}

using System.CommandLine;
using System.Net;
using FastGate.Configuration;
using FastGate.Configuration.Sources;
using FastGate.Hosting;
using FastGate.MockProvider;
using FastGate.Routing.Planning;

namespace FastGate.CommandLine;

/// <summary><c>fastgate demo</c>: the gateway in front of three scripted providers, one of which fails. Needs no key and no network.</summary>
internal static class DemoCommand
{
    private static readonly string[] Names = ["alpha", "beta", "broken"];

    public static Command Create(Surroundings surroundings)
    {
        var addresses = new AddressOptions();
        Command command = new("demo", "Run the gateway in front of three built-in scripted providers, one of them failing.");
        addresses.AddTo(command);
        command.SetAction((arguments, _) => RunAsync(surroundings, source => addresses.Over(source, arguments)));
        return command;
    }

    private static async Task<int> RunAsync(Surroundings surroundings, Func<ConfigurationSource, ConfigurationSource> addressed)
    {
        SocketRuntime.Configure(null);
        MockServer[] providers = [.. Names.Select(StartProvider)];
        try
        {
            ConfigurationSource source = addressed(ConfigurationSource.BuiltIn("demo", Configuration(providers)));
            ConfigResult result = source.Load();
            return result.IsValid
                ? await GatewayRun.ServeAsync(surroundings, source, result.Config, host => Greet(surroundings, host)).ConfigureAwait(false)
                : surroundings.Refuse(result.Errors[0].ToString());
        }
        finally
        {
            foreach (MockServer provider in providers)
            {
                await provider.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static MockServer StartProvider(string name) => new MockServer(new MockOptions
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Name = name,
        // Slow enough to be seen streaming.
        TokenInterval = TimeSpan.FromMilliseconds(30),
        FaultRate = name == "broken" ? 1 : 0,
    }).Start();

    private static GatewayConfig Configuration(MockServer[] providers) => new()
    {
        Providers =
        [
            .. providers.Select((provider, i) => new ProviderConfig
            {
                Name = Names[i],
                BaseUrl = new Uri($"http://{provider.BoundEndpoint}/v1"),
                Keys = [new KeyConfig { Value = new Secret("demo-key") }],
            }),
        ],
        // The failing one first, so that there is something to see: x-fastgate-target, x-fastgate-fallback, and /-/status.
        Routes = [new RouteConfig { Name = "chat", Targets = [new MemberDefinition("broken/ok"), new MemberDefinition("alpha/ok"), new MemberDefinition("beta/ok")] }],
    };

    private static void Greet(Surroundings surroundings, GatewayHost host)
    {
        string url = host.Addresses[0];
        surroundings.Out.WriteLine($"""

            Try:
              curl -i {url}/v1/chat/completions -H 'content-type: application/json' -d '{Body("chat", stream: false)}'   # the first provider fails, the second answers
              curl -N {url}/v1/chat/completions -H 'content-type: application/json' -d '{Body("chat", stream: true)}'
              curl {url}/v1/chat/completions -H 'content-type: application/json' -d '{Body("broken/ok", stream: false)}'   # a provider that fails
              curl {url}/v1/models
              curl http://{host.AdminAddress}/-/status
            Every behaviour of the scripted providers is a model, such as alpha/cut-stream or beta/rate-limit. Ctrl-C stops.
            """);
        surroundings.Out.Flush();
    }

    private static string Body(string model, bool stream) =>
        $$"""{"model":"{{model}}",{{(stream ? "\"stream\":true," : "")}}"messages":[{"role":"user","content":"Hello"}]}""";
}

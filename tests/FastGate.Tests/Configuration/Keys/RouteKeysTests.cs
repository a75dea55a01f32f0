using FastGate.Configuration;

namespace FastGate.Tests.Configuration.Keys;

public class RouteKeysTests
{
    private readonly ConfigText _config = new();

    [Theory]
    [InlineData("chat: { targets: [openai/m], strategy: priority }", "routes.chat.strategy: 'strategy' is not available in this version; remove it")]
    [InlineData("chat: { targets: [openai/m], retry: { attempts: 2 } }", "'retry' is not available in this version")]
    [InlineData("chat: { targets: [openai/m], hops: 4 }", "'hops' is not available in this version")]
    [InlineData("chat: { targets: [openai/m], hedge_after: 10s }", "'hedge_after' is not available in this version")]
    [InlineData("chat: { targets: [openai/m], on: { rate_limited: stop } }", "'on' is not available in this version")]
    [InlineData("chat: { targets: [openai/m], last_resort: {} }", "'last_resort' is not available in this version")]
    [InlineData("chat: { targets: [openai/m], stream: { resume: true } }", "'stream' is not available in this version")]
    [InlineData("chat: { targets: [openai/m], idempotency: {} }", "'idempotency' is not available in this version")]
    [InlineData("chat: { targets: [openai/m], cache: {} }", "'cache' is not available in this version")]
    [InlineData("chat: { targets: [{ target: openai/m, weight: 2 }] }", "routes.chat.targets[0].weight: 'weight' is not available in this version")]
    [InlineData("chat: { targets: [{ target: openai/m, max_input_tokens: 2 }] }", "'max_input_tokens' is not available in this version")]
    [InlineData("chat: { targets: [openai/m, openai/n] }", "routes.chat.targets[1]: a second target is not available in this version; keep one")]
    [InlineData("chat: { targets: [gpt-4o] }", "routes.chat.targets[0]: 'gpt-4o' is not a target; write the provider's name, a slash and the model, such as openai/gpt-4o")]
    [InlineData("chat: { targets: [openai/] }", "'openai/' is not a target")]
    [InlineData("chat: { targets: [/m] }", "'/m' is not a target")]
    [InlineData("chat: { targets: [azzure/m] }", "routes.chat.targets[0]: there is no provider 'azzure'; configured: openai")]
    [InlineData("chat: { targets: [{ target: opanai/m }] }", "routes.chat.targets[0]: there is no provider 'opanai'; did you mean 'openai'? configured: openai")]
    [InlineData("chat: {}", "routes.chat: 'targets' is missing")]
    [InlineData("chat:", "routes.chat: 'targets' is missing")]
    [InlineData("chat: { targets: [] }", "routes.chat.targets: is an empty list")]
    [InlineData("chat: { target: openai/m }", "routes.chat.target: unknown key 'target'; did you mean 'targets'?", "'targets' is missing")]
    [InlineData("openai/x: { targets: [openai/m] }", "routes[\"openai/x\"]: begins like a model of the provider 'openai', which it would hide")]
    [InlineData("'a b': { targets: [openai/m] }", "routes: 'a b' cannot be a route name")]
    public void Mistakes_are_explained(string route, params string[] expected)
    {
        string[] errors = _config.Errors($"{ConfigText.OneProvider}routes:\n  {route}\n");

        Assert.Equal(expected.Length, errors.Length);
        Assert.All(expected, one => Assert.Contains(errors, error => error.Contains(one)));
    }

    [Fact]
    public void A_slash_in_a_route_name_is_fine_where_no_provider_is_hidden() =>
        Assert.Equal("team/chat", Assert.Single(_config.Valid($"{ConfigText.OneProvider}routes: {{ team/chat: {{ targets: [openai/m] }} }}\n").Routes).Name);

    [Fact]
    public void A_route_starts_from_the_defaults_wherever_they_stand()
    {
        GatewayConfig config = _config.Valid($$"""
            routes: { a: { targets: [openai/m] }, b: { targets: [openai/m], deadline: 1s } }
            defaults: { deadline: 7s }
            {{ConfigText.OneProvider}}
            """);

        Assert.Equal([7.0, 1.0], config.Routes.Select(route => route.Policy.Deadline.TotalSeconds));
        Assert.Equal(7, config.Defaults.Deadline.TotalSeconds);
    }

    [Fact]
    public void Telemetry_comes_later() =>
        Assert.StartsWith("1:1: telemetry: 'telemetry' is not available in this version", _config.Error($"telemetry: {{ otlp: x }}\n{ConfigText.OneProvider}"));
}

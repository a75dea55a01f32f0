using FastGate.Configuration;

namespace FastGate.Tests.Configuration.Keys;

public class ProviderKeysTests
{
    private readonly ConfigText _config = new();

    [Theory]
    [InlineData("{ key: k, base_url: 'ftp://x/v1' }", "base_url: begins with 'ftp:'; only http:// and https:// URLs are understood")]
    [InlineData("{ key: k, base_url: 'api.openai.com' }", "base_url: is not a URL; write it whole")]
    [InlineData("{ key: k, base_url: 'https://u:hunter2@x/v1' }", "base_url: contains a user name or password")]
    [InlineData("{ key: k, base_url: 'https://x/v1?a=b' }", "base_url: contains a query")]
    [InlineData("{ key: k, base_url: 'https://x/v1#a' }", "base_url: contains a fragment")]
    [InlineData("{ key: k, kind: grok }", "p.kind: 'grok' is no known kind of provider; did you mean 'groq'?")]
    [InlineData("{ key: k, kind: something-else }", "p.kind: 'something-else' is no known kind of provider; for one that speaks OpenAI's API write openai and its base_url; the known kinds are openai, ")]
    [InlineData("{ key: k, kind: azure }", "p.kind: kind 'azure' is not available in this version; remove this provider")]
    [InlineData("{ key: k, kind: anthropic }", "p.kind: kind 'anthropic' is not available in this version; its OpenAI-compatible endpoint works today: write kind: openai and base_url: https://api.anthropic.com/v1")]
    [InlineData("{ key: k, kind: gemini }", "write kind: openai and base_url: https://generativelanguage.googleapis.com/v1beta/openai")]
    [InlineData("{ key: k, keys: [{ value: l }] }", "p.keys: stands beside 'key'; keep one of them")]
    [InlineData("{ keys: [{ weight: 1 }] }", "p.keys[0]: 'value' is missing")]
    [InlineData("{ keys: [{ value: k, weight: 0 }] }", "p.keys[0].weight: '0' is not a whole number from 1 to 1000")]
    [InlineData("{ key: '' }", "p.key: is empty")]
    [InlineData("{ key: \"a\\r\\nb: c\" }", "p.key: contains a space, a line break")]
    [InlineData("{ key: k, headers: { x-a: \"a\\nb\" } }", "p.headers.x-a: contains a line break")]
    [InlineData("{ key: k, headers: { 'x a': b } }", "p.headers: 'x a' cannot be a header name")]
    [InlineData("{ key: k, headers: { X-A: b, x-a: c } }", "p.headers: 'x-a' is given twice")]
    [InlineData("{ key: k, headers: { Content-Length: '0' } }", "p.headers.Content-Length: is a header the gateway writes itself")]
    [InlineData("{ key: k, models: [a, b, a] }", "p.models[2]: 'a' is listed twice")]
    [InlineData("{ key: k, endpoints: [chat/completions, embedings] }", "p.endpoints[1]: 'embedings' is no endpoint; did you mean 'embeddings'?")]
    [InlineData("{ key: k, endpoints: [video] }", "p.endpoints[0]: 'video' is no endpoint; there are chat/completions, completions, embeddings, responses, moderations, rerank, images, audio")]
    [InlineData("{ key: k, endpoints: [] }", "p.endpoints: is an empty list")]
    [InlineData("{ key: k, endpoints: [embeddings], probe: { model: m } }", "p.probe.model: is asked at chat/completions, which 'endpoints' does not list")]
    [InlineData("{ key: k, models: gpt-4o }", "p.models: expects a list, found a single value")]
    [InlineData("{ key: k, tls: { insecure_skip_verify: yes } }", "p.tls.insecure_skip_verify: 'yes' is neither true nor false")]
    [InlineData("{ key: k, timeouts: { conect: 1s } }", "p.timeouts.conect: unknown key 'conect'; did you mean 'connect'?")]
    [InlineData("{ key: k, probe: { interval: 5 } }", "p.probe.interval: '5' has no unit; write for example 5s or 5ms")]
    [InlineData("{ key: k, probe: { timeout: 0 } }", "p.probe.timeout: '0' is out of range; write a duration from 1ms to 24h")]
    [InlineData("{ key: k, probe: { model: 'a b' } }", "p.probe.model: 'a b' will not do; write a model name without spaces")]
    [InlineData("{ key: k, probe: off }", "p.probe: expects keys and values, found a single value; the keys known here are interval, timeout, model")]
    [InlineData("{}", "providers.p: has no key, and api.openai.com asks for one; add key: \"${OPENAI_API_KEY}\"")]
    [InlineData("{ kind: groq }", "providers.p: has no key, and api.groq.com asks for one; add key: \"${GROQ_API_KEY}\"")]
    [InlineData("{ base_url: 'http://127.0.0.1:8080/v1' }", "base_url: 127.0.0.1:8080 is where this gateway listens (127.0.0.1:8080), so requests would go round in circles")]
    [InlineData("{ kind: llamacpp }", "so requests would go round in circles")]
    public void Mistakes_are_explained(string provider, string expected) => Assert.Contains(expected, _config.Error($"providers:\n  p: {provider}\n"));

    [Theory]
    [InlineData("{}", 10.0, 5.0, null)]
    [InlineData("{ interval: 0 }", 0.0, 5.0, null)]
    [InlineData("{ interval: 30s, timeout: 2s, model: org/tiny }", 30.0, 2.0, "org/tiny")]
    public void Probes_are_read(string probe, double interval, double timeout, string? model) =>
        Assert.Equal(
            new ProbeConfig { Interval = TimeSpan.FromSeconds(interval), Timeout = TimeSpan.FromSeconds(timeout), Model = model },
            _config.Valid($"providers: {{ p: {{ key: k, probe: {probe} }} }}\n").Providers[0].Probe);

    [Fact]
    public void Endpoints_are_read() =>
        Assert.Equal(
            (string[])["chat/completions", "audio"],
            _config.Valid("providers: { p: { key: k, endpoints: [chat/completions, audio], probe: { model: m } } }\n").Providers[0].Endpoints);

    [Theory]
    [InlineData(32, null)]
    [InlineData(33, "1:442: providers.p.keys[32]: is one too many; a provider has at most 32 keys")]
    public void A_provider_has_no_more_keys_than_routing_can_choose_from(int count, string? expected)
    {
        string keys = string.Join(", ", Enumerable.Range(10, count).Select(i => $"{{value: {i}}}"));

        Assert.Equal(expected, _config.Load($"providers: {{ p: {{ keys: [{keys}] }} }}\n").Errors.SingleOrDefault()?.ToString()[(ConfigText.Path.Length + 1)..]);
    }

    [Theory]
    [InlineData("Open")]
    [InlineData("_x")]
    [InlineData("a/b")]
    [InlineData("a b")]
    public void Provider_names_are_checked(string name) =>
        Assert.Equal(
            $"2:3: providers: '{name}' cannot be a provider name; use lower-case letters, digits, '_' and '-', beginning with a letter or digit",
            _config.Error($"providers:\n  {name}: {{ key: k }}\n"));

    [Theory]
    [InlineData("providers:\n", "names no provider; add one")]
    [InlineData("providers: {}\n", "names no provider; add one")]
    [InlineData("listen: ':1'\n", "'providers' is missing")]
    [InlineData("providers: openai\n", "expects a provider name and what belongs to it on each line, found a single value")]
    public void Without_a_provider_there_is_nothing_to_serve(string text, string expected) => Assert.Contains(expected, _config.Error(text));

    [Theory]
    [InlineData("{ kind: groq, key: k }", "https://api.groq.com/openai/v1")]
    [InlineData("{ kind: vllm }", "http://localhost:8000/v1")]
    [InlineData("{ kind: ollama, base_url: 'http://gpu:11434/v1/' }", "http://gpu:11434/v1")]
    [InlineData("{ base_url: 'http://gpu:8080/v1' }", "http://gpu:8080/v1")]
    [InlineData("{ key: k }", "https://api.openai.com/v1")]
    public void The_kind_knows_where_the_provider_is(string provider, string expected) =>
        Assert.Equal(expected, Assert.Single(_config.Valid($"providers: {{ p: {provider} }}\n").Providers).BaseUrl.AbsoluteUri);
}

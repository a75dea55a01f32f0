using FastGate.Configuration;

namespace FastGate.Tests.Configuration;

/// <summary>Whatever is wrong with a configuration, no message shows what was secret.</summary>
public class SecretsTests
{
    private const string Sentinel = "sk-5ecret";

    [Theory]
    // In the places made for secrets, wrongly formed.
    [InlineData("admin_token: 'sk-5ecret x'")]
    [InlineData("clients: [{ name: a, key: 'sk-5ecret x' }]")]
    [InlineData("clients: [{ name: a, key_sha256: 'sk-5ecret' }]")]
    [InlineData("clients: [sk-5ecret]")]
    [InlineData("clients: [{ name: a, key: sk-5ecret }, { name: b, key: sk-5ecret }]")]
    [InlineData("providers: { p: { key: 'sk-5ecret x' } }")]
    [InlineData("providers: { p: { key: [sk-5ecret] } }")]
    [InlineData("providers: { p: { keys: [sk-5ecret] } }")]
    [InlineData("providers: { p: { keys: sk-5ecret } }")]
    [InlineData("providers: { p: sk-5ecret }")]
    [InlineData("providers: sk-5ecret")]
    [InlineData("providers: { p: { key: k, headers: { a: \"sk-5ecret\\n\" } } }")]
    [InlineData("providers: { p: { key: k, headers: sk-5ecret } }")]
    [InlineData("providers: { p: { key: k, base_url: 'https://u:sk-5ecret@host/v1' } }")]
    [InlineData("providers: { p: { key: k, base_url: 'https://host/v1?key=sk-5ecret' } }")]
    [InlineData("providers: { p: { key: k, base_url: 'sk-5ecret' } }")]
    // Under a misspelt key, and beside broken syntax.
    [InlineData("admin_tokn: sk-5ecret")]
    [InlineData("providers: { p: { ky: sk-5ecret } }")]
    [InlineData("providers: { p: { key: sk-5ecret")]
    [InlineData("admin_token: \"sk-5ecret")]
    [InlineData("admin_token: sk-5ecret: x")]
    // Put into places that show what is written.
    [InlineData("listen: '${SECRET}'")]
    [InlineData("admin: ['${SECRET}']")]
    [InlineData("server: { workers: '${SECRET}', max_body: '${SECRET}', head_timeout: '${file:/secret}' }")]
    [InlineData("clients: [{ name: '${SECRET}\\', key: k }]")]
    [InlineData("providers: { p: { kind: '${SECRET}', models: ['${SECRET} x'], tls: { ca: k, server_name: '${SECRET}_', insecure_skip_verify: '${SECRET}' } } }")]
    [InlineData("routes: { a: { targets: ['${SECRET}'], deadline: '${SECRET}' } }")]
    [InlineData("routes: { a: { targets: ['${SECRET}/m', { target: '${SECRET}', weight: '${SECRET}', max_input_tokens: '${SECRET}' }] } }")]
    [InlineData("routes: { a: { targets: [p/m], strategy: '${SECRET}', sticky: '${SECRET}', on: { stall: '${SECRET}', reset: ['${SECRET}'] } } }")]
    [InlineData("routes: { a: { targets: [p/m], sticky: 'params.${SECRET}.' } }")]
    [InlineData("routes: { a: { targets: [{ target: p/m, when: { path: { $regex: '${SECRET}(' } } }] } }")]
    [InlineData("routes: { a: { targets: [{ target: p/m, when: { path: { $gt: ['${SECRET}'] } } }] } }")]
    [InlineData("health: { cooldown_jitter: '${SECRET}', recovery_shares: ['${SECRET}'] }")]
    [InlineData("groups: { a: { targets: ['${SECRET}'] } }")]
    [InlineData("admin_token: '${MISSING_${SECRET}}'")]
    public void No_error_shows_a_secret(string text)
    {
        ConfigText config = new ConfigText().Variable("SECRET", Sentinel).File("/secret", Sentinel);

        Assert.All(config.Errors(text), error => Assert.DoesNotContain(Sentinel, error));
    }

    [Fact]
    public void Printing_a_configuration_shows_no_secret()
    {
        GatewayConfig config = new ConfigText().Valid("""
            admin_token: sk-5ecret
            clients: [{ name: a, key: sk-5ecret }]
            providers: { p: { keys: [{ value: sk-5ecret }], headers: { a: sk-5ecret } } }
            """);

        Assert.DoesNotContain(Sentinel, config.ToString());
        Assert.DoesNotContain(Sentinel, config.Providers[0].ToString());
        Assert.DoesNotContain(Sentinel, config.Providers[0].Keys[0].ToString());
        Assert.DoesNotContain(Sentinel, config.Providers[0].Headers[0].ToString());
        Assert.DoesNotContain(Sentinel, config.Clients[0].ToString());
        Assert.Equal("***", config.AdminToken!.ToString());
    }
}

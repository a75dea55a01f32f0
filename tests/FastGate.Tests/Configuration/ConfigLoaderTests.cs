using System.Security.Cryptography;
using System.Text;
using FastGate.Configuration;

namespace FastGate.Tests.Configuration;

public class ConfigLoaderTests
{
    private readonly ConfigText _config = new();

    [Fact]
    public void One_provider_is_enough_and_everything_else_has_the_defaults_of_the_contract()
    {
        GatewayConfig config = _config.Valid(ConfigText.OneProvider);

        Assert.Equal("http://127.0.0.1:8080", Assert.Single(config.Listen).ToString());
        Assert.Equal(new Address("127.0.0.1", 9090), config.Admin);
        Assert.Equal(32 << 20, config.Server.MaxBody);
        Assert.Equal(32 << 10, config.Server.MaxHead);
        Assert.Equal(TimeSpan.FromSeconds(10), config.Server.HeadTimeout);
        Assert.Equal(TimeSpan.FromSeconds(30), config.Server.BodyTimeout);
        Assert.Equal(TimeSpan.FromSeconds(120), config.Server.IdleTimeout);
        Assert.Equal(TimeSpan.FromSeconds(30), config.Server.DrainTimeout);
        Assert.Null(config.Server.Workers);
        Assert.Equal(65536, config.Server.MaxConnections);
        Assert.Equal(TimeSpan.FromSeconds(60), config.Defaults.Deadline);
        ProviderConfig provider = Assert.Single(config.Providers);
        Assert.Equal("openai", provider.Name);
        Assert.Equal("https://api.openai.com/v1", provider.BaseUrl.ToString());
        Assert.Equal("k1", Assert.Single(provider.Keys).Value.Reveal());
        Assert.Equal(new TimeoutsConfig(), provider.Timeouts);
        Assert.Equal(TimeSpan.FromMinutes(10), provider.Timeouts.Total);
        Assert.Equal(new PoolConfig(), provider.Pool);
        Assert.Equal(1024, provider.Pool.MaxConnections);
    }

    [Fact]
    public void Every_key_of_this_version_is_read()
    {
        _config
            .Variable("OPENAI_API_KEY", "sk-1").Variable("TOKEN", "t0ken").Variable("PORT", "8443")
            .File("/etc/fastgate/cert.pem", Pem.One.Certificate).File("/etc/fastgate/key.pem", Pem.One.SecKey)
            .File("/run/secrets/second", "sk-2\n").File("/ca.pem", "-----BEGIN CERTIFICATE-----");
        GatewayConfig config = _config.Valid("""
            listen:
              - ":${PORT}"
              - { address: "[::1]:8080", tls: { cert: cert.pem, key: key.pem } }
            admin: "*:9090"
            admin_token: ${TOKEN}
            server: { max_body: 1MiB, max_head: 4096, head_timeout: 250ms, body_timeout: 5s, idle_timeout: 2m, drain_timeout: 0, workers: 3, max_connections: 10 }
            clients:
              - { name: app, key: "secret" }
              - { name: other, key_sha256: 9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08 }
            providers:
              main:
                base_url: http://10.0.0.1:8000/v1/
                keys: [{ value: "${OPENAI_API_KEY}", weight: 2 }, { value: "${file:/run/secrets/second}" }]
                headers: { X-Team: red team, authorization2: "${TOKEN}" }
                models: [gpt-4o, org/model]
                timeouts: { connect: 1s, first_byte: 1m, first_token: 2s, stall: 3s, total: 1h }
                pool: { max_connections: 7, idle: 1s, lifetime: 1m }
                tls: { ca: /ca.pem, server_name: api.internal, insecure_skip_verify: true }
            defaults: { deadline: 30s }
            routes:
              chat: { targets: [main/gpt-4o] }
              gpt-4.1: { targets: [{ target: main/org/model }], deadline: 5s }
            """);

        Assert.Equal(["http://*:8443", "https://[::1]:8080"], config.Listen.Select(listener => listener.ToString()));
        Assert.Equal(new TlsConfig { Cert = "/etc/fastgate/cert.pem", Key = "/etc/fastgate/key.pem" }, config.Listen[1].Tls);
        Assert.Equal("t0ken", config.AdminToken!.Reveal());
        Assert.Equal(
            new ServerConfig
            {
                MaxBody = 1 << 20,
                MaxHead = 4096,
                HeadTimeout = TimeSpan.FromMilliseconds(250),
                BodyTimeout = TimeSpan.FromSeconds(5),
                IdleTimeout = TimeSpan.FromMinutes(2),
                DrainTimeout = TimeSpan.Zero,
                Workers = 3,
                MaxConnections = 10,
            },
            config.Server);
        Assert.Equal(SHA256.HashData("secret"u8), config.Clients[0].KeySha256);
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes("test")), config.Clients[1].KeySha256);
        ProviderConfig provider = config.FindProvider("main")!;
        Assert.Equal("http://10.0.0.1:8000/v1", provider.BaseUrl.AbsoluteUri);
        Assert.Equal([("sk-1", 2), ("sk-2", 1)], provider.Keys.Select(key => (key.Value.Reveal(), key.Weight)));
        Assert.Equal([("X-Team", "red team"), ("authorization2", "t0ken")], provider.Headers.Select(header => (header.Name, header.Value.Reveal())));
        Assert.Equal(["gpt-4o", "org/model"], provider.Models.AsEnumerable());
        Assert.Equal(TimeSpan.FromHours(1), provider.Timeouts.Total);
        Assert.Equal(new PoolConfig { MaxConnections = 7, Idle = TimeSpan.FromSeconds(1), Lifetime = TimeSpan.FromMinutes(1) }, provider.Pool);
        Assert.Equal(new UpstreamTlsConfig { Ca = "/ca.pem", ServerName = "api.internal", InsecureSkipVerify = true }, provider.Tls);
        Assert.Equal(
            [("chat", "main/gpt-4o", 30.0), ("gpt-4.1", "main/org/model", 5.0)],
            config.Routes.Select(route => (route.Name, route.Targets[0].Name, route.Policy.Deadline.TotalSeconds)));
        Assert.Equal(new TargetName("main", "org/model"), config.FindTarget(config.Routes[1].Targets[0].Name));
    }

    [Fact]
    public void Json_is_read_as_well()
    {
        GatewayConfig config = _config.Valid("{\n\t\"listen\": \":0\",\n\t\"providers\": {\"openai\": {\"key\": \"k\"}},\n\t\"server\": {\"max_head\": 8192}\n}\n");

        Assert.Equal(8192, config.Server.MaxHead);
    }

    [Fact]
    public void All_errors_are_reported_in_the_order_of_their_lines()
    {
        Assert.Equal(
            [
                "1:1: listne: unknown key 'listne'; did you mean 'listen'?",
                "2:24: server.max_body: '3mb' is not a size; write a whole number of bytes, or one with KiB, MiB or GiB (1KiB is 1024 bytes), such as 64KiB",
                "5:27: providers.openai.timeouts.connect: '5' has no unit; write for example 5s or 5ms",
                "7:21: routes.chat.targets[0]: there is no provider 'opnai'; did you mean 'openai'? configured: openai",
            ],
            _config.Errors("""
                listne: 127.0.0.1:1
                server:    { max_body: 3mb }
                providers:
                  openai: { key: k,
                    timeouts: {  connect: 5 } }
                routes:
                  chat: { targets: [opnai/gpt-4o] }
                """));
    }
}

using FastGate.Configuration;

namespace FastGate.Tests.Configuration.Keys;

public class ListenKeysTests
{
    private readonly ConfigText _config = new ConfigText()
        .File("/etc/fastgate/cert.pem", Pem.One.Certificate)
        .File("/etc/fastgate/key.pem", Pem.One.Key)
        .File("/etc/fastgate/other-key.pem", Pem.Other.Key)
        .File("/etc/fastgate/locked.pem", Pem.One.EncryptedKey)
        .File("/etc/fastgate/cut.pem", Pem.One.Certificate[..200]);

    [Theory]
    [InlineData("127.0.0.1:1", "http://127.0.0.1:1")]
    [InlineData("{ address: ':1' }", "http://*:1")]
    [InlineData("[':1', ':2']", "http://*:1,http://*:2")]
    [InlineData("['127.0.0.1:0', '127.0.0.1:0']", "http://127.0.0.1:0,http://127.0.0.1:0")]
    public void One_or_several_listeners_are_read(string listen, string expected) =>
        Assert.Equal(expected, string.Join(",", _config.Valid($"listen: {listen}\n{ConfigText.OneProvider}").Listen));

    [Fact]
    public void The_top_level_certificate_serves_listeners_without_their_own()
    {
        _config.File("/own.pem", $"{Pem.Other.Certificate}\n{Pem.Other.Key}");
        GatewayConfig config = _config.Valid($$"""
            tls: { cert: cert.pem, key: ./key.pem }
            listen: [":1", { address: ":2", tls: { cert: /own.pem, key: /own.pem } }]
            {{ConfigText.OneProvider}}
            """);

        Assert.Equal(["/etc/fastgate/cert.pem", "/own.pem"], config.Listen.Select(listener => listener.Tls!.Cert));
        Assert.Equal("/etc/fastgate/key.pem", config.Listen[0].Tls!.Key);
    }

    [Theory]
    [InlineData("listen: []", "1:9: listen: is an empty list; add an item, or remove the key")]
    [InlineData("listen:", "1:8: listen: expects a list, found nothing; write [ ... ], or one item per line after '- '")]
    [InlineData("listen: { tls: { cert: cert.pem, key: key.pem } }", "1:9: listen: 'address' is missing; add it: ")]
    [InlineData("listen: [':1', ':1']", "1:16: listen[1]: *:1 is taken by *:1 above; remove one of them or give it another port")]
    [InlineData("listen: ['127.0.0.1:1', '0.0.0.0:1']", "1:25: listen[1]: 0.0.0.0:1 is taken by 127.0.0.1:1 above")]
    [InlineData("listen: 127.0.0.1:9090", "1:9: listen[0]: 127.0.0.1:9090 is where 'admin' listens too (127.0.0.1:9090); give one of them another port")]
    [InlineData("tls: { cert: cert.pem }", "1:6: tls: 'key' is missing; add it: ")]
    [InlineData("tls: { cert: nope.pem, key: key.pem }", "1:14: tls.cert: names the file /etc/fastgate/nope.pem, which does not exist; create it or correct the path")]
    [InlineData("tls: { cert: key.pem, key: key.pem }", "1:14: tls.cert: names the file /etc/fastgate/key.pem, which holds no PEM block 'CERTIFICATE'")]
    [InlineData("tls: { cert: cert.pem, key: other-key.pem }", "1:29: tls.key: is not the key of the certificate /etc/fastgate/cert.pem, or one of the two is damaged or encrypted; give the pair, unencrypted")]
    [InlineData("tls: { cert: cert.pem, key: locked.pem }", "1:29: tls.key: is not the key of the certificate")]
    [InlineData("tls: { cert: cut.pem, key: key.pem }", "1:28: tls.key: is not the key of the certificate")]
    [InlineData("admin: 0.0.0.0:9090", "1:8: admin: 0.0.0.0:9090 can be reached from other machines and there is no admin_token; add admin_token")]
    [InlineData("server: { workers: 0 }", "1:20: server.workers: '0' is not a whole number from 1 to 256, or auto")]
    [InlineData("server: { workers: many }", "1:20: server.workers: 'many' is not a whole number from 1 to 256, or auto")]
    [InlineData("server: 5", "1:9: server: expects keys and values, found a single value; the keys known here are max_body, ")]
    [InlineData("max_body: 1MiB", "1:1: max_body: unknown key 'max_body'; it belongs under 'server'")]
    [InlineData("server: { first_token: 1s }", "1:11: server.first_token: unknown key 'first_token'; it belongs under 'providers.NAME.timeouts'")]
    [InlineData("server: { max_conections: 5 }", "1:11: server.max_conections: unknown key 'max_conections'; did you mean 'max_connections'?")]
    [InlineData("ports: 5", "1:1: ports: unknown key 'ports'; the keys known here are listen, tls, ")]
    public void Mistakes_are_explained(string text, string expected) => Assert.StartsWith(expected, _config.Error($"{text}\n{ConfigText.OneProvider}"));

    [Fact]
    public void A_group_with_nothing_in_it_is_as_if_it_were_not_there() =>
        Assert.Equal(new ServerConfig(), _config.Valid($"server:\nroutes:\ndefaults:\n{ConfigText.OneProvider}").Server);
}

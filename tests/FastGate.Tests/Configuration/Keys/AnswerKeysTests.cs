using FastGate.Composition;
using FastGate.Proxy.Model;

namespace FastGate.Tests.Configuration.Keys;

public class AnswerKeysTests
{
    private readonly ConfigText _config = new();

    [Fact]
    public void Nothing_written_honours_keys_for_a_minute_and_stores_nothing()
    {
        GatewaySettings settings = _config.Valid($"{ConfigText.OneProvider}routes:\n  chat: {{ targets: [openai/m] }}\n").ToSettings();
        Assert.Equal(AnswerPolicy.Default, settings.Answers["chat"]);
        Assert.Equal(AnswerPolicy.Default, settings.DirectAnswers);
        Assert.Equal(new StoreSettings(), settings.Stores);
    }

    [Fact]
    public void Every_key_reaches_the_settings()
    {
        GatewaySettings settings = _config.Valid($$"""
            {{ConfigText.OneProvider.TrimEnd()}}
            defaults: { cache: { ttl: 5m } }
            stores:
              idempotency: { entries: 100, bytes: 2MiB, answer: 64KiB }
              answers: { bytes: 3GiB, path: /tmp/answers.db, disk_bytes: 10GiB }
            routes:
              chat:
                targets: [openai/m]
                idempotency: { ttl: 24h, auto: true }
                last_resort:
                  cache: 30d
                  manual: { status: 503, content: "See {request_id}." }
                  webhook: { url: "https://hook.example/a", timeout: 2s, key: s3cret, include_request: true }
              short: { targets: [openai/m], cache: { ttl: 0 }, last_resort: { manual: "Later.", webhook: "http://hook" } }
            """.Replace("30d", "720h", StringComparison.Ordinal)).ToSettings();
        Assert.Equal(
            new AnswerPolicy
            {
                IdempotencyTtl = TimeSpan.FromHours(24),
                IdempotencyAuto = true,
                CacheTtl = TimeSpan.FromMinutes(5),
                StaleLimit = TimeSpan.FromDays(30),
                Manual = new ManualAnswer(503, "See {request_id}."),
                Webhook = new WebhookSettings(new Uri("https://hook.example/a"), TimeSpan.FromSeconds(2), "s3cret", true),
            },
            settings.Answers["chat"]);
        Assert.Equal(
            new AnswerPolicy
            {
                Manual = new ManualAnswer(200, "Later."),
                Webhook = new WebhookSettings(new Uri("http://hook"), TimeSpan.FromSeconds(5), null, false),
            },
            settings.Answers["short"]);
        Assert.Equal(TimeSpan.FromMinutes(5), settings.DirectAnswers.CacheTtl);
        Assert.Equal(100, settings.Stores.Idempotency.Entries);
        Assert.Equal(2 * 1024 * 1024, settings.Stores.Idempotency.Bytes);
        Assert.Equal(64 * 1024, settings.Stores.Idempotency.Answer);
        Assert.Equal(3L * 1024 * 1024 * 1024, settings.Stores.AnswerBytes);
        Assert.Equal("/tmp/answers.db", settings.Stores.AnswerPath);
        Assert.Equal(10L * 1024 * 1024 * 1024, settings.Stores.AnswerDiskBytes);
        Assert.DoesNotContain("s3cret", settings.Answers["chat"].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("idempotency: { ttl: -1s }", "routes.chat.idempotency.ttl")]
    [InlineData("idempotency: { ttl: 721h }", "routes.chat.idempotency.ttl: '721h' is out of range")]
    [InlineData("idempotency: { automatic: true }", "unknown key 'automatic'")]
    [InlineData("cache: 5m", "routes.chat.cache: expects keys and values, found a single value; the keys known here are ttl")]
    [InlineData("last_resort: { manual: { status: 200 } }", "routes.chat.last_resort.manual: 'content' is missing")]
    [InlineData("last_resort: { manual: { content: '' } }", "routes.chat.last_resort.manual.content: is empty; write what clients are to read")]
    [InlineData("last_resort: { manual: { content: x, status: 302 } }", "routes.chat.last_resort.manual.status: '302' is not 200, or a status from 400 to 599")]
    [InlineData("last_resort: { webhook: {} }", "routes.chat.last_resort.webhook: 'url' is missing")]
    [InlineData("last_resort: { webhook: ftp://x }", "routes.chat.last_resort.webhook: begins with 'ftp:'")]
    [InlineData("last_resort: { webhook: { url: http://x, timeout: 0 } }", "routes.chat.last_resort.webhook.timeout: '0' is out of range")]
    public void Mistakes_are_explained(string keys, string expected)
    {
        string error = Assert.Single(_config.Errors($"{ConfigText.OneProvider}routes:\n  chat: {{ targets: [openai/m], {keys} }}\n"));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("idempotency: { entries: 0 }", "stores.idempotency.entries: '0' is not a whole number from 1 to 10000000")]
    [InlineData("idempotency: { bytes: 1KiB }", "stores.idempotency.bytes: '1KiB' is out of range; write a size from 1MiB to 64GiB")]
    [InlineData("answers: { bytes: many }", "stores.answers.bytes: 'many' is not a size")]
    [InlineData("answers: { path: '' }", "stores.answers.path: is empty; write the path of a file")]
    [InlineData("answers: { path: no/such/folder/a.db }", "stores.answers.path: there is no folder")]
    [InlineData("answers: { path: '/' }", "stores.answers.path: / is a folder; write the path of a file in it")]
    public void Mistakes_in_the_bounds_are_explained(string keys, string expected)
    {
        string error = Assert.Single(_config.Errors($"stores: {{ {keys} }}\n{ConfigText.OneProvider}"));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}

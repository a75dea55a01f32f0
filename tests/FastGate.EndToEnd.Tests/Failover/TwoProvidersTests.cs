using System.Text;
using System.Text.Json;
using FastGate.EndToEnd.Tests.Harness;
using FastGate.EndToEnd.Tests.Sdks;
using FastGate.MockProvider;

namespace FastGate.EndToEnd.Tests.Failover;

/// <summary>The process in front of two providers, the first of which fails.</summary>
public sealed class TwoProvidersTests : IAsyncLifetime
{
    private readonly MockServer _failing = new(new MockOptions { RequiredKey = Secrets.ProviderKey });
    private readonly MockServer _working = new(new MockOptions { RequiredKey = Secrets.ProviderKey });
    private Gateway? _started;

    private Gateway Gateway => _started!;

    public async Task InitializeAsync()
    {
        _failing.Start();
        _working.Start();
        _started = await Gateway.ServeAsync($$"""
            clients: [{ name: e2e, key: "{{Secrets.ClientKey}}" }]
            providers:
              failing: { base_url: "http://{{_failing.BoundEndpoint}}/v1", key: "{{Secrets.ProviderKey}}", probe: { interval: 0 } }
              working: { base_url: "http://{{_working.BoundEndpoint}}/v1", key: "{{Secrets.ProviderKey}}", probe: { interval: 0 } }
            routes:
              ok: { targets: [failing/error-500, working/ok], retry: { attempts: 0 } }
              down: { targets: [failing/error-500, working/error-503], retry: { attempts: 0 } }
              cut: { targets: [failing/cut-stream, working/ok], stream: { continue: off } }
              rescued: { targets: [failing/cut-stream, working/ok] }
              hedged: { targets: [failing/slow-first-token, working/ok], hedge_after: 100ms }
              raced: { strategy: race, race: 2, targets: [failing/silent, working/ok] }
            """);
    }

    public async Task DisposeAsync()
    {
        try
        {
            await Gateway.DisposeAsync();
        }
        finally
        {
            await _failing.DisposeAsync();
            await _working.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("stream_equals_unary")]
    [InlineData("stream_with_usage")]
    public async Task Official_client_gets_whole_answers(string scenario)
    {
        // The scenarios ask for the model "ok", which is a route here.
        NodeRun run = await NodeRun.StartAsync("openai", new Uri(Gateway.Address, "/v1"), Secrets.ClientKey, "", scenario);

        Assert.Null(run.Errors[scenario]);
        Assert.NotEmpty(Completions(_failing));
        Assert.All(Completions(_failing), call => Assert.Equal(500, call.Status));
        Assert.All(Completions(_working), call => Assert.Equal(200, call.Status));
    }

    [Fact]
    public async Task Metrics_show_hops_and_states()
    {
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("hello", await Gateway.Client.TextAsync("ok"));
        }

        string[] metrics = (await Gateway.Admin.GetStringAsync("/-/metrics")).Split('\n');

        Assert.Contains("fastgate_failover_total{route=\"ok\",from=\"failing/error-500\",to=\"working/ok\",reason=\"upstream_5xx\"} 3", metrics);
        Assert.Contains("fastgate_target_state{target=\"failing/error-500\"} 2", metrics);
        Assert.Contains("fastgate_target_state{target=\"working/ok\"} 0", metrics);
    }

    [Fact]
    public async Task Error_of_all_targets_lists_them()
    {
        using HttpResponseMessage response = await Gateway.Client.AskAsync(Chat.Body("down"));
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal(
            ["failing/error-500", "working/error-503"],
            json.RootElement.GetProperty("error").GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("target").GetString()));
    }

    [Fact]
    public async Task Cut_in_mid_stream_ends_in_an_error_and_never_looks_whole()
    {
        using HttpResponseMessage response = await Gateway.Client.AskAsync(Chat.Body("cut", stream: true));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var read = new StringBuilder();
        HttpIOException broken = await Assert.ThrowsAsync<HttpIOException>(async () =>
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                read.AppendLine(line);
            }
        });
        string text = read.ToString();

        Assert.Equal(HttpRequestError.ResponseEnded, broken.HttpRequestError);
        Assert.Equal("failing/cut-stream", response.Headers.GetValues("x-fastgate-target").Single());
        Assert.Contains("\"code\":\"stream_interrupted\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"finish_reason\":\"", text, StringComparison.Ordinal);
        Assert.Empty(Completions(_working));
    }

    [Fact]
    public async Task Cut_in_mid_stream_is_completed_by_the_other_provider()
    {
        string whole = await Gateway.Client.TextAsync("working/ok", "Hello");
        using HttpResponseMessage response = await Gateway.Client.AskAsync(Chat.Body("rescued", stream: true));
        string[] data = [.. (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(block => block["data: ".Length..])];

        Assert.Equal("failing/cut-stream", response.Headers.GetValues("x-fastgate-target").Single());
        Assert.Equal("[DONE]", data[^1]);
        JsonElement[] choices = [.. data[..^1].Select(chunk => JsonDocument.Parse(chunk).RootElement.GetProperty("choices")[0])];
        Assert.Equal(whole, string.Concat(choices.Select(choice => choice.GetProperty("delta").TryGetProperty("content", out JsonElement text) ? text.GetString() : "")));
        Assert.Equal("stop", choices[^1].GetProperty("finish_reason").GetString());
        Assert.Equal(2, Completions(_working).Count());
        Assert.Contains("fastgate_stream_continuations_total{result=\"continued\"} 1", (await Gateway.Admin.GetStringAsync("/-/metrics")).Split('\n'));
    }

    [Fact]
    public async Task Stream_that_is_slow_to_begin_is_hedged()
    {
        using HttpResponseMessage response = await Gateway.Client.AskAsync(Chat.Body("hedged", "echo: hello", stream: true));
        string text = await response.Content.ReadAsStringAsync();

        Assert.Equal("working/ok", response.Headers.GetValues("x-fastgate-target").Single());
        Assert.Equal("2", response.Headers.GetValues("x-fastgate-attempts").Single());
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        Assert.Contains("hello", text, StringComparison.Ordinal);
        Assert.Single(Completions(_failing));
        Assert.Single(Completions(_working));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task First_answer_of_a_race_wins(bool stream)
    {
        using HttpResponseMessage response = await Gateway.Client.AskAsync(Chat.Body("raced", "echo: hello", stream));
        string text = await response.Content.ReadAsStringAsync();

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("working/ok", response.Headers.GetValues("x-fastgate-target").Single());
        Assert.Equal("2", response.Headers.GetValues("x-fastgate-attempts").Single());
        Assert.Contains("hello", text, StringComparison.Ordinal);

        // The loser's call is cancelled, which says nothing about it.
        await _failing.WaitForAsync(call => call is { Method: "POST", Model: "silent" });
        Assert.Contains("fastgate_target_state{target=\"failing/silent\"} 0", (await Gateway.Admin.GetStringAsync("/-/metrics")).Split('\n'));
    }

    // The gateway asks for the models, too.
    private static IEnumerable<MockCall> Completions(MockServer provider) => provider.Log.Where(call => call.Method == "POST");
}

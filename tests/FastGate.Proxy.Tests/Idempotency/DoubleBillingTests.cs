using System.Collections.Concurrent;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;
using FastGate.Routing.Health;

namespace FastGate.Proxy.Tests.Idempotency;

/// <summary>
/// Requests with keys under whatever goes wrong: clients that vanish at any moment and ask again, several at once with one key, providers
/// that refuse, reset, cut and break off. Each key is answered in the end, and no provider has given two whole answers for it.
/// </summary>
public class DoubleBillingTests
{
    private const int Workers = 12;

    [Theory]
    [InlineData(1, 1500, false)]
    [InlineData(2, 1500, true)]
    public async Task No_key_is_paid_for_twice_and_none_is_lost(int seed, int requests, bool auto)
    {
        var completed = new ConcurrentDictionary<string, int>();
        int calls = seed * 1_000_003;
        using var one = new RepliedUpstream(request => Answer(request, new Random(Interlocked.Increment(ref calls)), completed));
        using var two = new RepliedUpstream(request => Answer(request, new Random(Interlocked.Increment(ref calls)), completed));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two) with
        {
            DirectAnswers = new AnswerPolicy { IdempotencyTtl = TimeSpan.FromHours(24), IdempotencyAuto = auto },
            Health = HealthSettings.Default with { Cooldown = TimeSpan.FromMilliseconds(1), MaximumCooldown = TimeSpan.FromMilliseconds(10) },
        });

        int keys = requests / 3;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var random = new Random((seed * 1000) + worker);
            for (int i = worker; i < requests; i += Workers)
            {
                gateway.Time.Advance(TimeSpan.FromMilliseconds(20));

                // The same key now and a little later, so that runs are joined, repeated, and begun anew after failures.
                await SendAsync(gateway, Request((i / 3) + (random.Next(8) == 0 ? -random.Next(20) : 0), auto), random);
            }
        })));

        for (int key = 0; key < keys; key++)
        {
            string request = Request(key, auto);
            Message? answer = null;
            for (int attempt = 0; answer is not { Status: 200 } && attempt < 200; attempt++)
            {
                gateway.Time.Advance(TimeSpan.FromMilliseconds(20));
                answer = await TryAskAsync(gateway, request);
            }

            Assert.True(answer is { Status: 200 }, $"seed {seed}: the key {key} was lost: {answer?.StartLine}");
            Assert.Contains("Hello", answer!.Text, StringComparison.Ordinal);
        }

        Assert.All(completed, key => Assert.True(key.Value <= 1, $"seed {seed}: {key.Key} was paid for {key.Value} times"));
        Assert.All(Enumerable.Range(0, keys), key => Assert.True(completed.ContainsKey($"key-{key};"), $"seed {seed}: nobody was paid for the key {key}"));
        await Chains.EventuallyAsync(() => gateway.Plane.Detached == 0);
    }

    // Whether a key is for a stream is the key's own, since another body would be a conflict.
    private static string Request(int key, bool auto)
    {
        int number = Math.Max(key, 0);
        string lines = auto ? "" : $"idempotency-key: key-{number}\r\n";
        return Gateway.Post($$"""{"model":"chat","stream":{{(number % 2 == 0 ? "true" : "false")}},"messages":[{"role":"user","content":"key-{{number}};"}]}""", lines: lines);
    }

    private static Reply Answer(Message request, Random random, ConcurrentDictionary<string, int> completed)
    {
        string text = request.Text;
        int start = text.IndexOf("key-", StringComparison.Ordinal);
        string key = text[start..(text.IndexOf(';', start) + 1)];
        bool stream = text.Contains("\"stream\":true", StringComparison.Ordinal);
        switch (random.Next(12))
        {
            case 0:
                return Reply.Error(500);
            case 1:
                return Reply.Error(429);
            case 2:
                return Reply.Reset;
            case 3:
                return stream ? Reply.Cut(ScriptedUpstream.Event) : new Reply(ScriptedUpstream.Json(Whole)[..^9], After.Close);
            case 4:
                return stream ? Reply.Cut("") : new Reply("HTTP/1.1 200", After.Close);
            default:
                completed.AddOrUpdate(key, 1, (_, count) => count + 1);
                return stream ? Reply.Stream : new Reply(ScriptedUpstream.Json(Whole));
        }
    }

    private const string Whole = "{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}";

    // Sends a request and goes at a moment of chance, or stays for the answer.
    private static async Task SendAsync(Gateway gateway, string request, Random random)
    {
        using Wire client = await gateway.ConnectAsync();
        try
        {
            switch (random.Next(4))
            {
                case 0:
                    await client.SendAsync(request);
                    client.Reset();
                    break;
                case 1:
                    await client.SendAsync(request);
                    await client.DiscardAsync();
                    client.Reset();
                    break;
                default:
                    await client.SendAsync(request);
                    await Message.ReadResponseAsync(client);
                    break;
            }
        }
        catch (Exception e) when (e is IOException or EndOfStreamException)
        {
            // A stream that nobody could complete: it breaks off and is asked for again.
        }
    }

    private static async Task<Message?> TryAskAsync(Gateway gateway, string request)
    {
        using Wire client = await gateway.ConnectAsync();
        try
        {
            await client.SendAsync(request);
            return await Message.ReadResponseAsync(client);
        }
        catch (Exception e) when (e is IOException or EndOfStreamException)
        {
            return null;
        }
    }
}

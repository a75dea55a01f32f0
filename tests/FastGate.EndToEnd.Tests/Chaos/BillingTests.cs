using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using FastGate.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace FastGate.EndToEnd.Tests.Chaos;

/// <summary>
/// Requests with idempotency keys whose clients vanish at random and ask again, over providers that break at random: whatever happens, no key has the providers
/// complete more than one call, and every key has its answer in the end.
/// </summary>
public sealed class BillingTests(ITestOutputHelper output)
{
    private const int AtOnce = 48;

    // An error is not stored and the client asks again; that so many in a row fail does not happen by chance.
    private const int MostTries = 12;

    // Every token takes 5 ms, so that clients vanish and join in the midst of an answer. The longest answers are some 2,300 tokens, which a
    // second provider may have to begin anew, after two waits for one that is silent.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [PublishedFact]
    public async Task No_key_is_completed_twice_and_none_is_lost()
    {
        int seed = ChaosSettings.Seed;
        int keys = ChaosSettings.Streams;

        // Windows wide enough that a provider that is merely slow, on a busy machine, is not given up while it completes its call.
        await using ChaosFleet fleet = await ChaosFleet.StartAsync(
            seed, ChaosFleet.Patient, "hops: 8\n    hedge_after: 0\n    idempotency: { ttl: 10m }", "{ connect: 10s, first_byte: 15s, first_token: 15s, stall: 5s, total: 120s }",
            "--token-interval", "5ms");
        var problems = new ConcurrentBag<string>();
        int vanished = 0;
        int errors = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, keys), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            var random = new Random(unchecked((seed * 7_919) + number));
            var plan = StreamPlan.Of(seed, number);
            IReadOnlyList<string> expected = await fleet.ExpectedAsync(plan);
            int clients = random.Next(5) == 0 ? 2 : 1;
            await Task.WhenAll(Enumerable.Range(0, clients).Select(client => LiveAsync(random.Next(4), client == 1 && plan.Manner == Manner.ReadsSlowly ? plan.Manner : Manner.Reads)));

            // One of a key's clients: vanishes some times, and then wants its answer; of two, one may be slow to read it.
            async Task LiveAsync(int times, Manner last)
            {
                for (int turn = 0; turn < MostTries; turn++)
                {
                    StreamPlan now = turn < times && plan.Streams ? plan.As(Manner.Leaves, (number + (turn * 7)) % 40) : plan.As(last);
                    Ending ending = await new StreamClient(now, expected, fleet, $"key-{number}").RunAsync(Patience);
                    switch (ending.Fate)
                    {
                        case Fate.Exact:
                            return;
                        case Fate.Left:
                            Interlocked.Increment(ref vanished);
                            break;
                        case Fate.CleanError:
                            Interlocked.Increment(ref errors);
                            break;
                        default:
                            problems.Add($"{now}: {ending.Why}");
                            return;
                    }
                }

                problems.Add($"{plan}: no answer in {MostTries} tries");
            }
        });

        ILookup<int, Call> calls = (await CallsAsync(fleet)).ToLookup(call => call.Key);
        foreach (IGrouping<int, Call> key in calls.Where(key => key.Count(call => call.Completed) != 1))
        {
            problems.Add($"{StreamPlan.Of(seed, key.Key)}: {key.Count(call => call.Completed)} completed calls: {string.Join("; ", key.OrderBy(call => call.Time))}");
        }

        string summary = $"seed {seed}: {keys} keys, {vanished} times a client vanished, {errors} clean errors, {await fleet.MetricAsync("fastgate_attempts_total")} calls, "
            + $"{calls.Sum(key => key.Count(call => call.Completed))} of them completed, {await fleet.MetricAsync("fastgate_idempotency_total", "joined")} joined, "
            + $"{await fleet.MetricAsync("fastgate_idempotency_total", "replayed")} replayed";
        output.WriteLine(summary);
        Console.WriteLine($"billing: {summary}");
        Assert.True(problems.IsEmpty, $"{problems.Count} problems; {summary}\n{string.Join('\n', problems.Order().Take(20))}");
        Assert.Equal(keys, calls.Count);
    }

    private static async Task<List<Call>> CallsAsync(ChaosFleet fleet)
    {
        var calls = new List<Call>();
        for (int i = 0; i < fleet.Providers.Count; i++)
        {
            await fleet.Providers[i].IdleAsync();
            using JsonDocument log = await fleet.Providers[i].LogAsync();
            calls.AddRange(
                from call in log.RootElement.EnumerateArray()
                where call.GetProperty("tag").ValueKind == JsonValueKind.String
                select new Call(
                    int.Parse(call.GetProperty("tag").GetString()!, CultureInfo.InvariantCulture),
                    i,
                    call.GetProperty("time").GetDateTimeOffset(),
                    call.GetProperty("status").GetInt32(),
                    call.GetProperty("events_sent").GetInt32(),
                    call.GetProperty("completed").GetBoolean(),
                    call.GetProperty("aborted").GetBoolean(),
                    call.GetProperty("duration_ms").GetDouble()));
        }

        return calls;
    }

    /// <summary>A call as a provider saw it.</summary>
    private sealed record Call(int Key, int Provider, DateTimeOffset Time, int Status, int Events, bool Completed, bool Aborted, double Milliseconds)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"p{Provider} at {Time:HH:mm:ss.fff} for {Milliseconds:F0} ms: {Status}, {Events} events{(Completed ? ", completed" : "")}{(Aborted ? ", abandoned" : "")}");
    }
}

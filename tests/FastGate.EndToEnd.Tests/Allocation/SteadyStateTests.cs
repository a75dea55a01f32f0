using System.Globalization;
using FastGate.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace FastGate.EndToEnd.Tests.Allocation;

/// <summary>
/// The published gateway allocates nothing for a request or an event once it is warm: what the process allocated is read from its own
/// metrics before and after, less what reading them costs. The provider is another process.
/// </summary>
[Collection(nameof(SteadyStateTests))]
[CollectionDefinition(nameof(SteadyStateTests), DisableParallelization = true)]
public sealed class SteadyStateTests(ITestOutputHelper output)
{
    private const int Connections = 16;
    private const int TokensOfStream = 200;
    private const int Rounds = 5;

    // Not 0: the process allocates a few hundred bytes a second whether or not anybody asks (the heartbeat of the control plane's server,
    // the prober), and a reading of the metrics some kilobytes more or less than the one before. The smallest object takes 24 bytes, so
    // this is one request in fifty, or one event in fifty, that allocates anything.
    private const double MostBytes = 0.5;

    [PublishedFact]
    public Task Request_allocates_nothing() => MeasureAsync(Chat.Body("mock/ok"), warmUp: 5_000, requests: 20_000, perEvent: false);

    [PublishedFact]
    public Task Event_of_a_stream_allocates_nothing() => MeasureAsync(Chat.Body("mock/ok", stream: true), warmUp: 480, requests: 480, perEvent: true);

    private async Task MeasureAsync(string body, int warmUp, int requests, bool perEvent)
    {
        await using var provider = ChildProcess.Start(
            GatewayBinary.Path, ["mock", "--listen", "127.0.0.1:0", "--tokens", perEvent ? TokensOfStream.ToString(CultureInfo.InvariantCulture) : "32"]);
        const string Start = "mock provider listens on ";
        string line = await provider.Out.WaitAsync(line => line.StartsWith(Start, StringComparison.Ordinal), 0, ChildProcess.Patience);
        await using Gateway gateway = await Gateway.ServeAsync($$"""
            providers:
              mock: { base_url: "{{line[Start.Length..]}}/v1", key: "{{Secrets.ProviderKey}}", models: [ok] }
            """);
        SteadyConnection[] connections = await Task.WhenAll(
            Enumerable.Range(0, Connections).Select(_ => SteadyConnection.OpenAsync(gateway.EndPoint, body)));
        try
        {
            await SendAsync(connections, warmUp);
            // The first scrapes warm their own path.
            for (int i = 0; i < 3; i++)
            {
                await AllocatedAsync(gateway);
            }

            // The median, not each: while tests of other projects use the machine, a stall makes more requests pile up than ever before, and
            // what these need (connections to the provider, pooled objects) is made once.
            var each = new List<double>();
            for (int round = 1; round <= Rounds; round++)
            {
                double first = await AllocatedAsync(gateway);
                double before = await AllocatedAsync(gateway);
                long events = await SendAsync(connections, requests);
                double after = await AllocatedAsync(gateway);

                double scrape = before - first;
                double allocated = after - before - scrape;
                each.Add(allocated / (perEvent ? events : requests));
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"round {round}: {allocated:F0} B for {requests} requests with {events} events (and {scrape:F0} B a scrape)"));
                Assert.Equal(perEvent, events > 0);
            }

            each.Sort();
            Assert.True(each[Rounds / 2] <= MostBytes, string.Create(CultureInfo.InvariantCulture, $"{each[Rounds / 2]:F3} B each in the median round"));
        }
        finally
        {
            foreach (SteadyConnection connection in connections)
            {
                connection.Dispose();
            }
        }
    }

    private static async Task<long> SendAsync(SteadyConnection[] connections, int requests)
    {
        long[] events = await Task.WhenAll(connections.Select(connection => connection.SendAsync(requests / connections.Length)));
        return events.Sum();
    }

    private static async Task<double> AllocatedAsync(Gateway gateway)
    {
        const string Name = "dotnet_gc_allocated_bytes_total ";
        string metrics = await gateway.Admin.GetStringAsync("/-/metrics");
        string line = metrics.Split('\n').Single(line => line.StartsWith(Name, StringComparison.Ordinal));
        return double.Parse(line[Name.Length..], CultureInfo.InvariantCulture);
    }
}

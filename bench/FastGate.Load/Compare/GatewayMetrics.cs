using System.Globalization;
using FastGate.Load.Measuring;

namespace FastGate.Load.Compare;

/// <summary>What the gateway says of itself: bytes allocated, and the histogram of its own time for a request. Cumulative, as scraped.</summary>
/// <param name="AllocatedBytes">On the managed heap.</param>
/// <param name="Requests">Answered.</param>
/// <param name="Events">Relayed.</param>
/// <param name="Overhead">Requests by the upper edge of their bucket in seconds, each edge with all below it; empty where the gateway measures none.</param>
internal sealed record GatewayMetrics(double AllocatedBytes, double Requests, double Events, IReadOnlyList<(double Edge, double Count)> Overhead)
{
    private const string Allocated = "dotnet_gc_allocated_bytes_total";
    private const string RequestsTotal = "fastgate_requests_total";
    private const string EventsTotal = "fastgate_stream_events_total";
    private const string OverheadBucket = "fastgate_overhead_seconds_bucket";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Scrapes the control plane on that port of the loopback address. A gateway that has just been started may answer requests a moment
    /// before it does this.
    /// </summary>
    /// <exception cref="LoadException">It does not answer as it should.</exception>
    public static GatewayMetrics Scrape(int port)
    {
        long deadline = Clock.Now + (Patience.Ticks * 100);
        while (true)
        {
            try
            {
                return ScrapeOnce(port);
            }
            catch (LoadException) when (Clock.Now < deadline)
            {
                Clock.SleepUntil(Clock.Now + (10 * Clock.Millisecond));
            }
        }
    }

    private static GatewayMetrics ScrapeOnce(int port)
    {
        try
        {
            using var client = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/-/metrics"));
            using HttpResponseMessage response = client.Send(request);
            response.EnsureSuccessStatusCode();
            using var reader = new StreamReader(response.Content.ReadAsStream());
            return Parse(reader.ReadToEnd());
        }
        catch (HttpRequestException e)
        {
            throw new LoadException("the gateway's metrics cannot be read: " + e.Message);
        }
    }

    /// <summary>Reads the Prometheus text format. The routes of a histogram are added up.</summary>
    public static GatewayMetrics Parse(string text)
    {
        double allocated = 0;
        double requests = 0;
        double events = 0;
        var buckets = new SortedDictionary<double, double>();
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith(Allocated + " ", StringComparison.Ordinal))
            {
                allocated = Value(line);
            }
            else if (line.StartsWith(RequestsTotal + "{", StringComparison.Ordinal))
            {
                requests += Value(line);
            }
            else if (line.StartsWith(EventsTotal + " ", StringComparison.Ordinal))
            {
                events = Value(line);
            }
            else if (line.StartsWith(OverheadBucket, StringComparison.Ordinal))
            {
                double edge = Edge(line);
                buckets[edge] = buckets.GetValueOrDefault(edge) + Value(line);
            }
        }

        return new GatewayMetrics(allocated, requests, events, [.. buckets.Select(bucket => (bucket.Key, bucket.Value))]);
    }

    /// <summary>
    /// The value that <paramref name="share"/> of what was counted since <paramref name="before"/> does not exceed, in microseconds, taking
    /// a bucket's requests as spread evenly over it; NaN when nothing was counted.
    /// </summary>
    public double OverheadMicroseconds(GatewayMetrics before, double share)
    {
        double total = Overhead.Count == 0 ? 0 : Since(before, Overhead.Count - 1);
        if (total <= 0)
        {
            return double.NaN;
        }

        double below = 0;
        double lower = 0;
        for (int i = 0; i < Overhead.Count; i++)
        {
            double count = Since(before, i);
            double upper = Overhead[i].Edge;
            if (count >= share * total)
            {
                // Of the last bucket, which has no upper edge, no more is known than its lower one.
                return 1e6 * (double.IsPositiveInfinity(upper) ? lower : lower + ((upper - lower) * ((share * total) - below) / (count - below)));
            }

            below = count;
            lower = upper;
        }

        return double.NaN;
    }

    private double Since(GatewayMetrics before, int index) => Overhead[index].Count - (index < before.Overhead.Count ? before.Overhead[index].Count : 0);

    private static double Value(string line) => double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture);

    private static double Edge(string line)
    {
        const string Label = "le=\"";
        int start = line.IndexOf(Label, StringComparison.Ordinal) + Label.Length;
        string edge = line[start..line.IndexOf('"', start)];
        return edge == "+Inf" ? double.PositiveInfinity : double.Parse(edge, CultureInfo.InvariantCulture);
    }
}

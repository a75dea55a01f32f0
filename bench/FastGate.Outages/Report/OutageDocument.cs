using FastGate.Outages.Simulation;

namespace FastGate.Outages.Report;

/// <summary>Writes <c>docs/outages.md</c> and its charts.</summary>
internal static class OutageDocument
{
    private static readonly (string File, string Text, Func<OutageResult> Simulate)[] Outages =
    [
        ("hard-outage", "Every connection to one provider is refused for an hour, at 100 requests a second.", () => KnownOutages.HardOutage(seed: 11)),
        ("partial-degradation",
            """
            Four hours in which one provider gets worse and better again: its errors rise to 40 % and fall, a third of them 504s after 25 seconds, and the first token of
            what it does answer comes up to minutes late. Ten requests a second.
            """,
            () => KnownOutages.PartialDegradation(seed: 12)),
        ("rate-limit-wall", "One provider answers everything with 429 for forty minutes and does not say when to come back. Fifty requests a second.", () => KnownOutages.RateLimitWall(seed: 13)),
    ];

    /// <summary>The page and its charts, by path below the folder of documents. The same every time.</summary>
    internal static IEnumerable<(string Path, string Text)> Render()
    {
        (string File, string Text, OutageResult Result)[] results = [.. Outages.Select(outage => (outage.File, outage.Text, outage.Simulate()))];
        yield return ("outages.md", Page(results));
        foreach ((string file, _, OutageResult result) in results)
        {
            yield return ($"outages/{file}.svg", OutageChart.Render(result));
        }
    }

    private static string Page((string File, string Text, OutageResult Result)[] results) => $"""
        # Three outages

        What the gateway does in the three kinds of outage that provider users know best. `make outages` writes this page: the gateway's own deciding code (cursor, health
        machine, probe schedule, all with their default settings) against simulated providers and a simulated clock, a route of three targets with the sick one first. Everything
        comes from one seed, so the page is the same every time, and the tests hold these numbers to their bounds (`tests/FastGate.Routing.Tests/Simulation`). What it leaves out
        is the network and the processor: the times are those of deciding, not of doing.

        {OutageTable.Render([.. results.Select(result => result.Result)])}
        A gateway that tries its chain in order and remembers nothing makes one failed call for each request while a provider is down: the first row of the table. What circuit breakers
        and cooldowns of other gateways say of themselves is 5 to 60 seconds until a provider is out of use; those that only look at a share of errors over a minute or
        more need at least that. Here the third failure in a row is enough, and it comes within milliseconds under load. The partial degradation has no such moment: it begins with
        one error in thousands, and its detection counts from the oldest failure within the window of 30 seconds.

        {string.Join("\n", results.Select(result => $"## {char.ToUpperInvariant(result.Result.Name[0])}{result.Result.Name[1..]}\n\n{result.Text.TrimEnd()}\n\n![]({"outages/" + result.File}.svg)\n"))}
        ## How to read the charts

        Red is how ill the provider is: what part of calls it would fail. Blue is what part of the requests it is asked at all. The strip below shows the target's states; a trial of a failed
        target is an instant of *recovering* in a long red strip. In the partial degradation blue falls long before red is high: the target keeps a small share, enough to see
        it get better, and every call it fails is answered by another target. While good and bad answers are mixed the name of its state changes seldom (a relapse is believed later each
        time), its share at once.

        """;
}

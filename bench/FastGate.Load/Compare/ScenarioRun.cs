using System.Globalization;
using FastGate.Load.Http;
using FastGate.Load.Measuring;

namespace FastGate.Load.Compare;

/// <summary>
/// One scenario: its upstream, all who take part started in front of it, a warm-up each, then rounds in which each is measured once, in an
/// order that turns with the rounds. Disposing ends every process that was started.
/// </summary>
internal sealed class ScenarioRun(
    Scenario scenario, IReadOnlyList<ProxyUnderTest> proxies, CompareOptions options, string work, RunProgress progress, CancellationToken stop, Action<string, string> skip) : IDisposable
{
    // The key the gateway's clients have, and the route they ask for (bench/compare/fastgate.yaml). Everybody gets the same requests.
    private const string Credential = "authorization: Bearer fg-bench-client";
    private const string Model = "chat";
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);

    private readonly Stack<ChildProcess> _children = new();
    private readonly TestCertificate? _certificate = scenario.Tls == TlsSides.None ? null : new TestCertificate();

    private int Rounds => options.RoundsOf(scenario);

    /// <summary>Measures. What there is when it is interrupted stays in <paramref name="rounds"/>.</summary>
    /// <exception cref="LoadException">There is nothing to measure against: the upstream does not answer.</exception>
    /// <exception cref="OperationCanceledException">Interrupted.</exception>
    public void Run(Dictionary<string, List<Round>> rounds)
    {
        if (scenario.Kind == ScenarioKind.Start)
        {
            RunStarts(rounds);
        }
        else
        {
            RunRounds(rounds);
        }
    }

    /// <summary>Ends everything, newest first.</summary>
    public void Dispose()
    {
        while (_children.TryPop(out ChildProcess? child))
        {
            child.Dispose();
        }
    }

    private void RunRounds(Dictionary<string, List<Round>> rounds)
    {
        // 1. Upstream and proxies.
        string bodyFile = Path.Combine(work, "body.json");
        File.WriteAllBytes(bodyFile, ChatRequest.Body(Model, scenario.RequestBytes, scenario.Kind == ScenarioKind.Stream));
        string upstream = StartUpstream();
        List<Participant> participants = StartAll(upstream);
        foreach (Participant participant in participants)
        {
            rounds[participant.Name] = [];
        }

        // 2. Warm-up, not kept.
        var measurement = new Measurement(scenario, options.Assets, bodyFile, work);
        for (int i = participants.Count - 1; i >= 0; i--)
        {
            if (TryMeasure(measurement, participants[i], 1) is null)
            {
                rounds.Remove(participants[i].Name);
                participants.RemoveAt(i);
            }
        }

        // 3. A B C, B C A, C A B ...
        for (int i = 0; i < Rounds; i++)
        {
            progress.BeginRound(scenario, i + 1, Rounds);
            for (int j = 0; j < participants.Count; j++)
            {
                Participant participant = participants[(i + j) % participants.Count];
                if (TryMeasure(measurement, participant, options.SecondsOf(scenario)) is { } round)
                {
                    rounds[participant.Name].Add(round);
                }

                progress.Done(RunProgress.Round(scenario, options));
            }

            AddDifferences(rounds);
            foreach (Participant participant in participants.Where(participant => rounds[participant.Name].Count > 0))
            {
                Print(i, participant.Name, rounds[participant.Name][^1]);
            }
        }

        // 4. Allocation, which a round of its own measures.
        if (participants.Find(participant => participant.Name == "gateway" && rounds["gateway"].Count > 0) is { } gateway)
        {
            AddAllocation(measurement, gateway, rounds["gateway"][^1]);
        }
    }

    private void AddAllocation(Measurement measurement, Participant gateway, Round round)
    {
        stop.ThrowIfCancellationRequested();
        try
        {
            double bytes = measurement.MeasureAllocation(gateway, Math.Max(2, options.SecondsOf(scenario)));
            if (!double.IsNaN(bytes))
            {
                round[scenario.Kind == ScenarioKind.Stream ? "allocated_bytes_per_event" : "allocated_bytes_per_request"] = bytes;
            }
        }
        catch (LoadException e)
        {
            stop.ThrowIfCancellationRequested();
            skip(gateway.Name, $"{scenario.Name}, allocation: {e.Message}");
        }
    }

    private Round? TryMeasure(Measurement measurement, Participant participant, int seconds)
    {
        stop.ThrowIfCancellationRequested();
        try
        {
            return measurement.Measure(participant, seconds);
        }
        catch (Exception e) when (e is LoadException or IOException)
        {
            stop.ThrowIfCancellationRequested();
            skip(participant.Name, $"{scenario.Name}: {e.Message}");
            return null;
        }
    }

    private List<Participant> StartAll(string upstream)
    {
        var participants = new List<Participant>();
        if (scenario.Proxies.Count == 0 || scenario.Proxies.Contains(Participant.Direct))
        {
            participants.Add(new Participant(Participant.Direct, PortOf(upstream), [], scenario.TlsOut) { Headers = [Credential] });
        }

        foreach (ProxyUnderTest proxy in proxies)
        {
            if (proxy.Unable(scenario) is { } reason)
            {
                skip(proxy.Name, $"{scenario.Name}: {reason}");
                continue;
            }

            try
            {
                participants.Add(StartOne(proxy, upstream));
            }
            catch (LoadException e)
            {
                stop.ThrowIfCancellationRequested();
                skip(proxy.Name, $"{scenario.Name}: {e.Message}");
            }
        }

        return participants;
    }

    private Participant StartOne(ProxyUnderTest proxy, string upstream)
    {
        int port = Probe.FreePort();
        int admin = proxy.IsGateway ? Probe.FreePort() : 0;
        ChildProcess process = Track(proxy.Start(scenario, port, admin, upstream, _certificate, WorkOf(proxy)));
        string[] headers = [Credential, .. proxy.Headers(upstream)];
        Probe.UntilAnswered(port, scenario.TlsIn, Question(headers), process, proxy.Name);
        int[] pids = ProcessUsage.Tree(process.Id);
        return new Participant(proxy.Name, port, pids, scenario.TlsIn)
        {
            AdminPort = admin,
            Headers = headers,
            UniqueHeader = proxy.Variant?.UniqueHeader ?? string.Empty,
            ResidentAtStart = ProcessUsage.Of(pids).ResidentBytes,
        };
    }

    private void RunStarts(Dictionary<string, List<Round>> rounds)
    {
        string upstream = StartUpstream();
        foreach (ProxyUnderTest proxy in proxies)
        {
            rounds[proxy.Name] = [];
        }

        for (int i = 0; i < Rounds; i++)
        {
            progress.BeginRound(scenario, i + 1, Rounds);
            for (int j = 0; j < proxies.Count; j++)
            {
                ProxyUnderTest proxy = proxies[(i + j) % proxies.Count];
                stop.ThrowIfCancellationRequested();
                try
                {
                    rounds[proxy.Name].Add(MeasureStart(proxy, upstream));
                    Print(i, proxy.Name, rounds[proxy.Name][^1]);
                }
                catch (LoadException e)
                {
                    stop.ThrowIfCancellationRequested();
                    skip(proxy.Name, $"{scenario.Name}: {e.Message}");
                }

                progress.Done(RunProgress.Round(scenario, options));
            }
        }
    }

    private Round MeasureStart(ProxyUnderTest proxy, string upstream)
    {
        int port = Probe.FreePort();
        int admin = Probe.FreePort();
        long begun = Clock.Now;
        using ChildProcess process = proxy.Start(scenario, port, admin, upstream, _certificate, WorkOf(proxy));
        Probe.UntilAnswered(port, scenario.TlsIn, Question([Credential, .. proxy.Headers(upstream)]), process, proxy.Name);
        long answered = Clock.Now;
        Thread.Sleep(Settle);
        var usage = ProcessUsage.Of(ProcessUsage.Tree(process.Id));
        var round = new Round
        {
            ["start_ms"] = (answered - begun) / 1e6,
            ["resident_mib"] = usage.ResidentBytes / 1048576.0,
            ["errors"] = 0,
        };
        if (proxy.ProgramBytes > 0)
        {
            round["program_mib"] = proxy.ProgramBytes / 1048576.0;
        }

        return round;
    }

    private void AddDifferences(Dictionary<string, List<Round>> rounds)
    {
        if (scenario.Kind == ScenarioKind.Closed || !rounds.TryGetValue(Participant.Direct, out List<Round>? direct) || direct.Count == 0)
        {
            return;
        }

        foreach ((string name, List<Round> list) in rounds)
        {
            if (name != Participant.Direct && list.Count > 0)
            {
                list[^1]["added_p50_us"] = list[^1]["p50_us"] - direct[^1]["p50_us"];
                list[^1]["added_p99_us"] = list[^1]["p99_us"] - direct[^1]["p99_us"];
            }
        }
    }

    private string StartUpstream()
    {
        ChildProcess process = Track(UpstreamUnderTest.Start(scenario, options, _certificate, work, out string address));
        Probe.UntilAnswered(PortOf(address), scenario.TlsOut, Question([Credential]), process, "the upstream");
        return address;
    }

    // What finds out whether a proxy is up is always unary and small.
    private static byte[] Question(IEnumerable<string> headers) =>
        ChatRequest.Message("127.0.0.1", "/v1/chat/completions", headers, ChatRequest.Body(Model, 430, stream: false));

    private string WorkOf(ProxyUnderTest proxy) => Directory.CreateDirectory(Path.Combine(work, proxy.Name)).FullName;

    private ChildProcess Track(ChildProcess process)
    {
        _children.Push(process);
        return process;
    }

    private static void Print(int round, string name, Round values) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {round + 1} {name,-8} {string.Join("  ", values.Select(pair => $"{pair.Key}={Short(pair.Value)}"))}"));

    private static int PortOf(string address) => int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);

    private static string Short(double value) => value.ToString(Math.Abs(value) < 100 ? "0.##" : "0", CultureInfo.InvariantCulture);
}

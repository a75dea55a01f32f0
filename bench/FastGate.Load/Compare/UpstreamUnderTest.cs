using System.Globalization;
using System.Text;
using FastGate.Load.Upstream;

namespace FastGate.Load.Compare;

/// <summary>Starts the upstream a scenario asks for.</summary>
internal static class UpstreamUnderTest
{
    /// <summary>Starts it and returns its address; it may not answer yet when it is nginx.</summary>
    public static ChildProcess Start(Scenario scenario, CompareOptions options, TestCertificate? certificate, string work, out string address)
    {
        if (scenario.Upstream == "load")
        {
            var upstream = ChildProcess.Start(
                Environment.ProcessPath!,
                [
                    "upstream",
                    "--body-bytes", Text(scenario.AnswerBytes),
                    "--events", Text(scenario.Events),
                    "--event-bytes", Text(scenario.EventBytes),
                    "--event-interval", scenario.EventIntervalMs.ToString(CultureInfo.InvariantCulture) + "ms",
                ]);
            address = upstream.WaitForFirstLine();
            return upstream;
        }

        address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Probe.FreePort()}");
        ReadOnlySpan<byte> answer = new CannedAnswers(new UpstreamOptions { BodyBytes = scenario.AnswerBytes }).Unary.Span;
        string body = Encoding.UTF8.GetString(answer[Http.MessageHead.EndOf(answer)..]);

        // Its clients are proxies: what they speak to the upstream is what it listens for.
        Scenario seen = scenario with { Tls = scenario.TlsOut ? TlsSides.In : TlsSides.None };
        string file = new ConfigurationTemplate(options.Assets, seen, address, string.Empty, certificate, work, null)
            .With("ANSWER", body)
            .Write("nginx-upstream.conf");
        return ProxyUnderTest.StartNginx(ProxyUnderTest.FindOnPath("nginx"), file, work);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

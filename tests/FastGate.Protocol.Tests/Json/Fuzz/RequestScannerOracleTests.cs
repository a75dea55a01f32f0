using System.Text;
using FastGate.Protocol.Json;

namespace FastGate.Protocol.Tests.Json.Fuzz;

public sealed class RequestScannerOracleTests
{
    [Theory]
    [InlineData(20261121)]
    [InlineData(31337)]
    public void Mutated_bodies_are_judged_as_by_the_oracle(int seed)
    {
        var random = new Random(seed);
        var scanner = new RequestScanner();
        int valid = 0;
        for (int round = 0; round < 60_000; round++)
        {
            byte[] body = BodyMutator.Next(random, RequestBodies.All);
            scanner.Scan(Segments.CutAtRandom(body, random));
            var facts = ScannedFacts.Of(scanner);
            string what = $"seed {seed}, round {round}: {Encoding.Latin1.GetString(body)}";
            if (RequestOracle.IsJson(body))
            {
                ScannedFacts expected = RequestOracle.Read(body);
                Assert.True(expected == facts, $"{what}\nexpected {expected}\nbut was {facts}");
                valid += expected.Error == ScanErrorKind.None ? 1 : 0;
            }
            else
            {
                Assert.True(facts.Error != ScanErrorKind.None, what);
            }
        }

        // Else the mutations test little.
        Assert.InRange(valid, 10_000, 50_000);
    }
}

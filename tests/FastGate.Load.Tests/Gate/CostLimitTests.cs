using FastGate.Load.Gate;

namespace FastGate.Load.Tests.Gate;

public sealed class CostLimitTests
{
    [Theory]
    [InlineData(1.5, "  ok cpu: 1.5, at most 1.5, usually 1.1 (CPU)")]
    [InlineData(1.51, "  OVER cpu: 1.51, at most 1.5, usually 1.1 (CPU)")]
    [InlineData(double.NaN, "  OVER cpu: NaN, at most 1.5, usually 1.1 (CPU)")]
    public void A_figure_is_within_its_limit_or_over_it(double value, string line) => Assert.Equal(line, CostGate.Line("cpu", value, new CostLimit(1.5, 1.1, "CPU")));

    [Theory]
    [InlineData("{}", "there is no 'cpu'")]
    [InlineData("{\"cpu\":{\"most\":1,\"usual\":1}}", "what")]
    [InlineData("{\"cpu\":{\"most\":1,\"usual\":1,\"what\":\"x\",\"mots\":2}}", "mots")]
    [InlineData("nothing", "invalid")]
    public void A_wrong_file_of_limits_is_refused(string json, string reason)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, json);
            LoadException error = Assert.Throws<LoadException>(() => CostLimit.ReadAll(file, ["cpu"]));
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}

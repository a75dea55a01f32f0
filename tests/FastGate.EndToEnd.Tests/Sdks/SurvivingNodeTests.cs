namespace FastGate.EndToEnd.Tests.Sdks;

/// <summary>The npm clients read streams that broke behind the gateway, and notice nothing; where nothing could be saved they have an exception.</summary>
public sealed class SurvivingNodeTests(SurvivingClients clients) : IClassFixture<SurvivingClients>
{
    private static readonly string[] Failing = ["tools across a failover", "interruption is an exception"];

    private static readonly Dictionary<string, string[]> Scenarios = new()
    {
        ["openai"] =
        [
            .. Of("chat", "usage", "helper", "completion", "structured"), .. Responses, .. Failing, "cut after any number of events", "tool call cut in its arguments",
            "interruption of responses is no answer", "resumed by its token", "resumed by the request once more",
        ],
        ["ai"] = [.. Of("chat", "object"), .. Responses, "tools across a failover", "interruption is an error", "interruption of responses is an error"],
        ["langchain"] = [.. Of("chat"), .. Failing],
    };

    public static TheoryData<string, string> All()
    {
        var data = new TheoryData<string, string>();
        foreach ((string library, string[] names) in Scenarios)
        {
            foreach (string name in names)
            {
                data.Add(library, name);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Scenario_passes(string library, string scenario)
    {
        NodeRun run = await clients.RunAsync(library);

        Assert.True(run.Errors.TryGetValue(scenario, out string? error), "The scenario is not in the library's file.");
        Assert.True(error is null, error);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("ai")]
    [InlineData("langchain")]
    public async Task No_scenario_is_left_out(string library)
    {
        NodeRun run = await clients.RunAsync(library);

        Assert.Equal(Scenarios[library].Order(), run.Errors.Keys.Order());
    }

    private static IEnumerable<string> Responses => SurvivingClients.SurvivingResponses.Select(route => $"responses {route}");

    private static IEnumerable<string> Of(params string[] kinds) => kinds.SelectMany(kind => SurvivingClients.Surviving.Select(route => $"{kind} {route}"));
}

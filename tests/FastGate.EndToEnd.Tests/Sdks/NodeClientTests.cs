namespace FastGate.EndToEnd.Tests.Sdks;

/// <summary>The npm clients: <c>openai</c>, Vercel's <c>ai</c> with <c>@ai-sdk/openai</c>, and <c>@langchain/openai</c>.</summary>
[Collection(ClientLibraries.Name)]
public sealed class NodeClientTests(ClientsUnderTest clients)
{
    public static TheoryData<string, Way, string> Scenarios()
    {
        var data = new TheoryData<string, Way, string>();
        foreach ((string library, Way way) in Runs())
        {
            foreach (string scenario in NodeScenarios.Of(library, way))
            {
                data.Add(library, way, scenario);
            }
        }

        return data;
    }

    public static TheoryData<string, Way> Libraries()
    {
        var data = new TheoryData<string, Way>();
        foreach ((string library, Way way) in Runs())
        {
            data.Add(library, way);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Scenario_passes(string library, Way way, string scenario)
    {
        NodeRun run = await clients.RunAsync(library, way);

        Assert.True(run.Errors.TryGetValue(scenario, out string? error), "The scenario is not in the library's file.");
        Assert.True(error is null, error);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public async Task No_scenario_is_left_out(string library, Way way)
    {
        NodeRun run = await clients.RunAsync(library, way);

        Assert.Equal(NodeScenarios.Of(library, way).Order(), run.Errors.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public async Task Client_that_leaves_in_mid_stream_ends_the_providers_call(string library, Way way)
    {
        await clients.RunAsync(library, way);

        await ProviderSawAbortAsync($"\"abort {library} {clients.Prefix(way)}\"");
    }

    [Theory]
    [InlineData(Way.Gateway)]
    [InlineData(Way.Direct)]
    public async Task Client_that_leaves_before_the_answer_ends_the_providers_call(Way way)
    {
        await clients.RunAsync("openai", way);

        await ProviderSawAbortAsync($"\"abort early openai {clients.Prefix(way)}\"");
    }

    private static IEnumerable<(string Library, Way Way)> Runs() =>
        NodeScenarios.Libraries.SelectMany(library => Enum.GetValues<Way>().Select(way => (library, way)));

    private async Task ProviderSawAbortAsync(string user)
    {
        using var expired = new CancellationTokenSource(Harness.ChildProcess.Patience);
        await clients.Provider.WaitForAsync(
            call => call.Aborted && call.Done && System.Text.Encoding.UTF8.GetString(call.Body.Span).Contains(user, StringComparison.Ordinal), expired.Token);
    }
}

using FastGate.EndToEnd.Tests.Harness;

namespace FastGate.EndToEnd.Tests.Processes;

public sealed class StartTests
{
    [Fact]
    public async Task First_lines_say_what_listens_where_and_that_everyone_is_let_in()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync("routes: { chat: { targets: [mock/ok] } }");

        string[] lines = await FirstLinesAsync(pair.Gateway);

        Assert.Equal($"FastGate listens on {pair.Gateway.Address.GetLeftPart(UriPartial.Authority)}", lines[0]);
        Assert.Equal($"control plane on {pair.Gateway.Admin.BaseAddress!.GetLeftPart(UriPartial.Authority)}", lines[1]);
        Assert.EndsWith("; providers: mock; routes: chat", lines[2], StringComparison.Ordinal);
        Assert.Equal("clients: no client keys are configured, so everyone who reaches the listener may call", lines[3]);
    }

    [Fact]
    public async Task First_lines_name_the_clients_and_no_key()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync($$"""
            admin_token: "{{Secrets.AdminToken}}"
            clients: [{ name: app, key: "{{Secrets.ClientKey}}" }, { name: other app, key: another }]
            """);

        string[] lines = await FirstLinesAsync(pair.Gateway);

        Assert.EndsWith(" (asks for admin_token)", lines[1], StringComparison.Ordinal);
        Assert.Equal("clients: app, other app", lines[3]);
    }

    private static async Task<string[]> FirstLinesAsync(Gateway gateway)
    {
        await gateway.Process.Out.WaitAsync(line => line.StartsWith("clients: ", StringComparison.Ordinal), 0, ChildProcess.Patience);
        return [.. gateway.Process.Out.All];
    }
}

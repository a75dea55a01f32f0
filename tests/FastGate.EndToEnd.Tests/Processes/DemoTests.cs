using System.Text.Json;
using FastGate.EndToEnd.Tests.Harness;

namespace FastGate.EndToEnd.Tests.Processes;

public sealed class DemoTests
{
    [Fact]
    public async Task Demo_answers_at_once_and_says_what_to_try()
    {
        await using Gateway gateway = await Gateway.DemoAsync();
        await gateway.Process.Out.WaitAsync(line => line.Contains("Ctrl-C stops", StringComparison.Ordinal), 0, ChildProcess.Patience);

        Assert.Equal("hello", await gateway.Client.TextAsync("chat"));
        Assert.Equal("hello", await gateway.Client.TextAsync("beta/ok"));
        using HttpResponseMessage broken = await gateway.Client.AskAsync(Chat.Body("broken/ok"));
        Assert.False(broken.IsSuccessStatusCode);
        Assert.Contains(gateway.Process.Out.All, line => line.Contains($"curl {gateway.Address.GetLeftPart(UriPartial.Authority)}/v1/chat/completions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Curl_lines_of_the_demo_work_as_they_are()
    {
        await using Gateway gateway = await Gateway.DemoAsync();
        await gateway.Process.Out.WaitAsync(line => line.Contains("Ctrl-C stops", StringComparison.Ordinal), 0, ChildProcess.Patience);
        string[] lines = [.. gateway.Process.Out.All.Select(line => line.Trim()).Where(line => line.StartsWith("curl ", StringComparison.Ordinal))];

        Assert.Equal(5, lines.Length);
        foreach (string line in lines)
        {
            (int code, string output, string error) = await ChildProcess.RunAsync("sh", ["-c", line]);
            Assert.True(code == 0, $"{line}\n{error}");
            Assert.Equal(line.Contains("broken", StringComparison.Ordinal), output.StartsWith("{\"error\"", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Mock_answers_and_keeps_its_log()
    {
        await using var mock = ChildProcess.Start(GatewayBinary.Path, ["mock", "--listen", "127.0.0.1:0", "--key", Secrets.ProviderKey]);
        const string Start = "mock provider listens on ";
        string line = await mock.Out.WaitAsync(line => line.StartsWith(Start, StringComparison.Ordinal), 0, ChildProcess.Patience);
        using var client = new HttpClient { BaseAddress = new Uri(line[Start.Length..]) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Secrets.ProviderKey);

        Assert.Equal("hello", await client.TextAsync("ok"));
        string log = await client.GetStringAsync("/mock/log");
        using var calls = JsonDocument.Parse(log);
        mock.Signal(ChildProcess.Terminate);

        Assert.Equal("ok", calls.RootElement[0].GetProperty("model").GetString());
        Secrets.AssertNoneIn(log);
        Assert.Equal(0, await mock.ExitAsync(ChildProcess.Patience));
    }
}

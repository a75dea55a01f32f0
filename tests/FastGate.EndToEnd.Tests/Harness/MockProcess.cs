using System.Text.Json;

namespace FastGate.EndToEnd.Tests.Harness;

/// <summary>A scripted provider in a process of its own: <c>fastgate mock</c>.</summary>
internal sealed class MockProcess : IAsyncDisposable
{
    private const string ListenLine = "mock provider listens on ";

    private readonly ChildProcess _process;
    private readonly HttpClient _client;

    private MockProcess(ChildProcess process, Uri address)
    {
        _process = process;
        Address = address;
        _client = new HttpClient { BaseAddress = address, Timeout = ChildProcess.Patience };
    }

    /// <summary>Where it listens, without <c>/v1</c>.</summary>
    public Uri Address { get; }

    public static async Task<MockProcess> StartAsync(params string[] options)
    {
        var process = ChildProcess.Start(GatewayBinary.Path, ["mock", "--listen", "127.0.0.1:0", "--key", Secrets.ProviderKey, .. options]);
        try
        {
            string line = await process.Out.WaitAsync(line => line.StartsWith(ListenLine, StringComparison.Ordinal), 0, ChildProcess.Patience);
            return new MockProcess(process, new Uri(line[ListenLine.Length..]));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until no call is under way any more.</summary>
    /// <returns>How many calls there were, and how many of them were completed; the connections open beside this question's.</returns>
    public async Task<(int Calls, int Completed, int Connections)> IdleAsync()
    {
        using var json = JsonDocument.Parse(await _client.GetStringAsync("/mock/idle"));
        return (json.RootElement.GetProperty("calls").GetInt32(), json.RootElement.GetProperty("completed").GetInt32(), json.RootElement.GetProperty("connections").GetInt32() - 1);
    }

    /// <summary>Its log, one element for each call.</summary>
    public async Task<JsonDocument> LogAsync()
    {
        await using Stream log = await _client.GetStreamAsync("/mock/log");
        return await JsonDocument.ParseAsync(log);
    }

    /// <summary>What it has written, for a failure's message.</summary>
    public override string ToString() => _process.Error.ToString();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
    }
}

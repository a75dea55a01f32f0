using System.Net;
using System.Net.Http.Headers;

namespace FastGate.EndToEnd.Tests.Harness;

/// <summary>A gateway process that listens, with the folder its configuration lies in. Ending it checks that it drains and betrays no key.</summary>
internal sealed class Gateway : IAsyncDisposable
{
    public const string ConfigurationFile = "fastgate.yaml";

    private const string ListenLine = "FastGate listens on ";
    private const string AdminLine = "control plane on ";

    private readonly TemporaryFolder _folder;
    private readonly bool _ownsFolder;
    private bool _stopped;

    private Gateway(ChildProcess process, TemporaryFolder folder, bool ownsFolder, Uri address, Uri admin)
    {
        Process = process;
        _folder = folder;
        _ownsFolder = ownsFolder;
        Address = address;
        Client = new HttpClient { BaseAddress = address, Timeout = ChildProcess.Patience };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Secrets.ClientKey);
        Admin = new HttpClient { BaseAddress = admin, Timeout = ChildProcess.Patience };
    }

    public ChildProcess Process { get; }

    /// <summary>The data plane.</summary>
    public Uri Address { get; }

    public IPEndPoint EndPoint => new(IPAddress.Parse(Address.Host), Address.Port);

    /// <summary>Calls the data plane with the client key.</summary>
    public HttpClient Client { get; }

    /// <summary>Calls the control plane, without a token.</summary>
    public HttpClient Admin { get; }

    /// <summary>Starts <c>fastgate serve</c> with this configuration and waits until it listens.</summary>
    /// <param name="configuration">YAML; the addresses come from the command line.</param>
    /// <param name="folder">Where the configuration is written; a folder of its own when null.</param>
    /// <param name="environment">Variables for the process.</param>
    /// <param name="underNohup">With SIGHUP ignored, as <c>nohup</c> starts a process.</param>
    public static async Task<Gateway> ServeAsync(
        string configuration, TemporaryFolder? folder = null, IReadOnlyDictionary<string, string>? environment = null, bool underNohup = false)
    {
        TemporaryFolder used = folder ?? new TemporaryFolder();
        string file = used.Write(ConfigurationFile, WithTransport(configuration));
        return await StartAsync(["serve", "--config", file], used, folder is null, environment, underNohup);
    }

    /// <summary>Starts <c>fastgate demo</c> and waits until it listens.</summary>
    public static Task<Gateway> DemoAsync() => StartAsync(["demo"], new TemporaryFolder(), ownsFolder: true, null);

    /// <summary>Puts another configuration in place of the one it was started with.</summary>
    public void Rewrite(string configuration) => _folder.Replace(ConfigurationFile, configuration);

    /// <summary>Waits for a line on standard error after the first <paramref name="from"/>.</summary>
    public Task<string> LoggedAsync(string part, int from = 0) =>
        Process.Error.WaitAsync(line => line.Contains(part, StringComparison.Ordinal), from, ChildProcess.Patience);

    /// <summary>The test has ended it itself.</summary>
    public void MarkStopped() => _stopped = true;

    /// <summary>SIGTERM; it ends with exit code 0, and nothing it wrote holds a key.</summary>
    public async Task StopAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            Process.Signal(ChildProcess.Terminate);
        }

        int code = await Process.ExitAsync(ChildProcess.Patience);
        Assert.True(code == 0, $"The gateway ended with {code} and wrote:\n{Process.Error}");
        Secrets.AssertNoneIn(Process.Out.ToString());
        Secrets.AssertNoneIn(Process.Error.ToString());
        Assert.False(Process.Error.All.Any(line => line.Contains("internal error", StringComparison.Ordinal)), Process.Error.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            Client.Dispose();
            Admin.Dispose();
            await Process.DisposeAsync();
            if (_ownsFolder)
            {
                _folder.Dispose();
            }
        }
    }

    // FASTGATE_TEST_TRANSPORT has every gateway run on that transport instead of the system's default.
    private static string WithTransport(string configuration) =>
        Environment.GetEnvironmentVariable("FASTGATE_TEST_TRANSPORT") is not { Length: > 0 } transport ? configuration
        : configuration.Contains("server: {", StringComparison.Ordinal) ? configuration.Replace("server: {", $"server: {{ transport: {transport},", StringComparison.Ordinal)
        : configuration.Contains("server:", StringComparison.Ordinal) ? throw new InvalidOperationException("Write server as `server: { … }`, so that the transport can be put in.")
        : $"server: {{ transport: {transport} }}\n{configuration}";

    private static async Task<Gateway> StartAsync(
        string[] command, TemporaryFolder folder, bool ownsFolder, IReadOnlyDictionary<string, string>? environment, bool underNohup = false)
    {
        string[] line = [GatewayBinary.Path, .. command, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
        line = underNohup ? ["env", "--ignore-signal=HUP", .. line] : line;
        var process = ChildProcess.Start(line[0], line[1..], folder.Path, environment);
        try
        {
            return new Gateway(process, folder, ownsFolder, await AddressAsync(process, ListenLine), await AddressAsync(process, AdminLine));
        }
        catch (InvalidOperationException)
        {
            string said = process.Error.ToString();
            await process.DisposeAsync();
            throw new InvalidOperationException($"The gateway did not start: {said}");
        }
    }

    private static async Task<Uri> AddressAsync(ChildProcess process, string start)
    {
        string line = await process.Out.WaitAsync(line => line.StartsWith(start, StringComparison.Ordinal), 0, ChildProcess.Patience);
        return new Uri(line[start.Length..].Split(' ')[0]);
    }
}

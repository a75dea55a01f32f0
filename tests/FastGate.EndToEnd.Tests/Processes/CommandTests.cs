using System.Net;
using System.Net.Sockets;
using FastGate.EndToEnd.Tests.Harness;

namespace FastGate.EndToEnd.Tests.Processes;

/// <summary>Commands that end by themselves: exit code and what is printed where.</summary>
public sealed class CommandTests : IDisposable
{
    // With its models listed the provider is not asked for them, which would be a line of its own.
    private const string Valid = "providers: { a: { base_url: 'http://127.0.0.1:1/v1', key: k, models: [ok] } }\n";

    private const string Invalid = """
        providers:
          a: { base_url: 'http://127.0.0.1:1/v1' }
        routs: {}
        routes:
          chat: { targets: [b/ok] }

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Check_of_a_valid_configuration_says_so()
    {
        string file = _folder.Write("good.yaml", Valid);

        (int code, string output, string error) = await RunAsync("check", "--config", file);

        Assert.Equal(0, code);
        Assert.StartsWith($"{file}: valid", output, StringComparison.Ordinal);
        Assert.Empty(error);
    }

    [Theory]
    [InlineData("check", 1)]
    [InlineData("serve", 2)]
    public async Task Every_error_of_a_configuration_has_its_place(string command, int exitCode)
    {
        string file = _folder.Write("bad.yaml", Invalid);

        (int code, string output, string error) = await RunAsync(command, "--config", file);

        Assert.Equal(exitCode, code);
        Assert.Empty(output);
        string[] lines = error.Split('\n');
        Assert.Contains(lines, line => line.StartsWith($"{file}:3:1: ", StringComparison.Ordinal) && line.Contains("routes", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith($"{file}:5:", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.StartsWith($"{file}:", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("check")]
    [InlineData("serve")]
    public async Task File_that_is_not_there_is_one_line(string command)
    {
        (int code, _, string error) = await RunAsync(command, "--config", _folder.File("nowhere.yaml"));

        Assert.Equal(2, code);
        Assert.Contains("nowhere.yaml", AssertOneLine(error), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check", 1)]
    [InlineData("serve", 2)]
    public async Task Certificate_and_key_that_do_not_belong_together_are_told_with_their_place(string command, int exitCode)
    {
        using var one = new SelfSigned(_folder, "one");
        using var other = new SelfSigned(_folder, "other");
        string file = _folder.Write("mixed.yaml", $"{Valid}tls: {{ cert: {one.CertificateFile}, key: {other.KeyFile} }}\n");

        (int code, string output, string error) = await RunAsync(command, "--config", file);

        Assert.Equal(exitCode, code);
        Assert.Empty(output);
        Assert.StartsWith($"{file}:2:", AssertOneLine(error), StringComparison.Ordinal);
        Assert.Contains(one.CertificateFile, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("serve")]
    public async Task Folder_in_the_place_of_a_file_is_one_line(string command)
    {
        (int code, string output, string error) = await RunAsync(command, "--config", _folder.Path);

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(_folder.Path, AssertOneLine(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_of_another_machine_is_one_line()
    {
        // RFC 5737: for documentation, and nobody's.
        (int code, string output, string error) = await RunAsync(
            "serve", "--config", _folder.Write("good.yaml", Valid), "--listen", "203.0.113.1:8080", "--admin", "127.0.0.1:0");

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains("203.0.113.1:8080", AssertOneLine(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_configuration_and_keys_the_demo_is_named()
    {
        (int code, _, string error) = await RunAsync();

        Assert.Equal(2, code);
        Assert.Contains("fastgate demo", AssertOneLine(error), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--listen")]
    [InlineData("--admin")]
    public async Task Port_in_use_is_one_line(string option)
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        string taken = other.LocalEndPoint!.ToString()!;
        string[] free = option == "--listen" ? ["--admin", "127.0.0.1:0"] : ["--listen", "127.0.0.1:0"];

        (int code, string output, string error) = await RunAsync(["serve", "--config", _folder.Write("good.yaml", Valid), option, taken, .. free]);

        Assert.Equal(2, code);
        Assert.Empty(output);
        string line = AssertOneLine(error);
        Assert.Contains(taken, line, StringComparison.Ordinal);
        Assert.Contains("in use", line, StringComparison.Ordinal);
    }

    // Nobody has been asked for anything by then: a provider that is down has no line of its own.
    [Fact]
    public async Task Port_of_the_control_plane_in_use_is_the_only_line()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        string file = _folder.Write("unlisted.yaml", "providers: { a: { base_url: 'http://127.0.0.1:1/v1', key: k } }\n");

        (int code, string output, string error) = await RunAsync("serve", "--config", file, "--listen", "127.0.0.1:0", "--admin", other.LocalEndPoint!.ToString()!);

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains("in use", AssertOneLine(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_of_the_mock_in_use_is_one_line()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();

        (int code, _, string error) = await RunAsync("mock", "--listen", other.LocalEndPoint!.ToString()!);

        Assert.Equal(2, code);
        Assert.Contains(other.LocalEndPoint.ToString()!, AssertOneLine(error), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve", "--listen", "here")]
    [InlineData("sreve")]
    [InlineData("mock", "--latency", "soon")]
    [InlineData("mock", "--slice", "-1")]
    [InlineData("mock", "--fault-rate", "1.5")]
    [InlineData("mock", "--tokens", "many")]
    [InlineData("mock", "--continue", "nowhere")]
    [InlineData("mock", "--faults", "nothing")]
    public async Task Bad_argument_is_one_line(params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync(arguments);

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(arguments[^1], AssertOneLine(error), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    public async Task Version_names_build_and_runtime(string argument)
    {
        (int code, string output, string error) = await RunAsync(argument);

        Assert.Equal(0, code);
        Assert.Empty(error);
        Assert.Matches(@"^fastgate \d+\.\d+\.\d+", output);
        Assert.Contains(GatewayBinary.IsPublished ? " AOT," : " JIT,", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schema_is_json()
    {
        (int code, string output, _) = await RunAsync("schema");

        Assert.Equal(0, code);
        using var schema = System.Text.Json.JsonDocument.Parse(output);
        Assert.True(schema.RootElement.GetProperty("properties").TryGetProperty("providers", out _));
    }

    private static string AssertOneLine(string error)
    {
        string line = error.TrimEnd('\n');
        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        return line;
    }

    private Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] arguments) => ChildProcess.RunAsync(GatewayBinary.Path, arguments, _folder.Path);
}

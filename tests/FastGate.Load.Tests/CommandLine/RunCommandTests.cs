using FastGate.Load.Client;
using FastGate.Load.CommandLine;

namespace FastGate.Load.Tests.CommandLine;

public sealed class RunCommandTests
{
    [Theory]
    [InlineData("--rate 10/s", "--target is missing")]
    [InlineData("--target http://127.0.0.1:1", "say how to load")]
    [InlineData("--target ftp://127.0.0.1 --closed", "not an http or https URL")]
    [InlineData("--target", "--target needs a value")]
    [InlineData("--target --closed", "--target needs a value")]
    [InlineData("--target http://127.0.0.1:1 --rate 0", "is not a rate")]
    [InlineData("--target http://127.0.0.1:1 --rate -5", "is not a rate")]
    [InlineData("--target http://127.0.0.1:1 --rate 5 --closed", "choose one")]
    [InlineData("--target http://127.0.0.1:1 --rate 5 --streams 3", "--streams keeps N streams going")]
    [InlineData("--target http://127.0.0.1:1 --streams 3 --connections 3", "its own number of connections")]
    [InlineData("--target http://127.0.0.1:1 --closed --connections 0", "whole number from 1")]
    [InlineData("--target http://127.0.0.1:1 --closed --duration 5", "is not a duration")]
    [InlineData("--target http://127.0.0.1:1 --closed --duration 0s", "longer than 0")]
    [InlineData("--target http://127.0.0.1:1 --closed --warmup xs", "is not a duration")]
    [InlineData("--target http://127.0.0.1:1 --closed --body-file /nowhere/at/all", "--body-file")]
    [InlineData("--target http://127.0.0.1:1 --closed --body-bytes 9 --get", "exclude each other")]
    [InlineData("--target http://127.0.0.1:1 --closed --header nonsense", "'name: value'")]
    [InlineData("--target http://127.0.0.1:1 --closed --path nonsense", "starts with '/'")]
    [InlineData("--target http://127.0.0.1:1 --closed --nonsense", "unknown option '--nonsense'")]
    [InlineData("--target http://127.0.0.1:1 --closed=yes", "takes no value")]
    [InlineData("--target http://127.0.0.1:1 --closed nonsense", "unexpected argument")]
    public void A_wrong_command_line_is_one_clear_line_and_exit_code_2(string line, string message)
    {
        LoadException error = Assert.Throws<LoadException>(() => RunCommand.Parse(line.Split(' ')));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(2, error.ExitCode);
    }

    [Fact]
    public void Options_arrive()
    {
        RunOptions options = RunCommand.Parse(
            ["--target=http://127.0.0.1:81/x?y=1", "--rate", "2.5/s", "--duration", "250ms", "--warmup", "0", "--stream", "--header", "a:b", "--pid", "7"]);
        Assert.Equal("/x?y=1", options.Path);
        Assert.Equal(2.5, options.Rate);
        Assert.Equal(TimeSpan.FromMilliseconds(250), options.Duration);
        Assert.Equal(TimeSpan.Zero, options.Warmup);
        Assert.Equal([7], options.Pids);
        string message = System.Text.Encoding.UTF8.GetString(options.Message.Span);
        Assert.StartsWith("POST /x?y=1 HTTP/1.1\r\nhost: 127.0.0.1:81\r\n", message, StringComparison.Ordinal);
        Assert.Contains("\r\na: b\r\n", message, StringComparison.Ordinal);
        Assert.Contains("\"stream\":true", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(430)]
    [InlineData(16384)]
    public void The_body_has_the_size_asked_for_and_is_json(int bytes)
    {
        byte[] body = FastGate.Load.Http.ChatRequest.Body("m", bytes, stream: true);
        Assert.Equal(bytes, body.Length);
        using var json = System.Text.Json.JsonDocument.Parse(body);
        Assert.True(json.RootElement.GetProperty("stream").GetBoolean());
    }

    [Theory]
    [InlineData("--listen nonsense")]
    [InlineData("--events -1")]
    [InlineData("--rate 5")]
    public void A_wrong_upstream_command_line_is_refused(string line) =>
        Assert.Equal(2, Assert.Throws<LoadException>(() => UpstreamCommand.Parse(line.Split(' '))).ExitCode);
}

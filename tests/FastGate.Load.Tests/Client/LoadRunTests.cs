using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastGate.Load.Client;
using FastGate.Load.CommandLine;
using FastGate.Load.Measuring;
using FastGate.Load.Reporting;

namespace FastGate.Load.Tests.Client;

public sealed class LoadRunTests
{
    private const string Finish = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\n";

    [Fact]
    public void Every_scheduled_request_is_sent_and_counted_once()
    {
        using var server = ScriptedServer.Sending(ScriptedServer.Ok);
        RunReport report = Run(server.Address, "--rate 500 --connections 8 --duration 400ms --warmup 200ms");
        Assert.Equal(200, report.Tally.Succeeded);
        Assert.Equal(0, report.Tally.Failed);
        Assert.Equal(200, report.Tally.Latency.Count);
        Assert.Equal(300, server.Requests);
    }

    [Fact]
    public void A_stall_is_seen_by_every_request_it_delayed()
    {
        // Measured from the send, one request of some 500 would be slow, and the 95th percentile would not know of it.
        const long Stall = 300 * Clock.Millisecond;
        long stalled = 0;
        using var server = new ScriptedServer(async (number, socket) =>
        {
            if (number == 100)
            {
                long begun = Clock.Now;
                Clock.SleepUntil(begun + Stall);
                stalled = Clock.Now - begun;
            }

            await ScriptedServer.SendAsync(socket, ScriptedServer.Ok);
            return true;
        });
        RunReport report = Run(server.Address, "--rate 500 --connections 1 --duration 1s --warmup 0");
        Assert.Equal(500, report.Tally.Succeeded);
        Assert.True(report.Tally.Latency.Max >= stalled);

        // 150 requests were due during the stall, evenly: a third of them waited for more than two thirds of it, and
        // so on. 100 of 500 waited at least 100 ms.
        Assert.True(report.Tally.Latency.Percentile(80) >= Stall / 3 - (20 * Clock.Millisecond), $"p80 {report.Tally.Latency.Percentile(80)} ns");
        Assert.True(report.Tally.Latency.Percentile(90) >= (Stall * 2 / 3) - (20 * Clock.Millisecond), $"p90 {report.Tally.Latency.Percentile(90)} ns");
    }

    [Fact]
    public void A_server_that_stops_answering_leaves_no_request_out()
    {
        var never = new TaskCompletionSource<bool>();
        using var server = new ScriptedServer(async (number, socket) =>
        {
            if (number >= 20)
            {
                return await never.Task;
            }

            await ScriptedServer.SendAsync(socket, ScriptedServer.Ok);
            return true;
        });
        RunReport report = Run(server.Address, "--rate 500 --connections 2 --duration 300ms --warmup 0 --timeout 200ms");
        never.SetResult(false);
        Tally tally = report.Tally;
        Assert.Equal(20, tally.Succeeded);
        Assert.Equal(130, tally.Failed);
        Assert.True(tally.Errors["timeout"] >= 2);
        Assert.Equal(130, tally.Errors.GetValueOrDefault("timeout") + tally.Errors.GetValueOrDefault("unsent"));
        Assert.Equal(150, tally.Latency.Count);
        Assert.True(tally.Latency.Percentile(50) >= 100 * Clock.Millisecond);
    }

    [Theory]
    [InlineData("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", true, "status:503")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", false, "truncated")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok+more", true, "bad framing")]
    [InlineData("nonsense\r\n\r\n", true, "bad framing")]
    [InlineData("", false, "reset")]
    public void Failures_are_told_apart(string response, bool goOn, string kind)
    {
        using var server = ScriptedServer.Sending(response, goOn);
        RunReport report = Run(server.Address, "--rate 100 --connections 2 --duration 100ms --warmup 0");
        Assert.Equal(0, report.Tally.Succeeded);
        Assert.Equal(kind, Assert.Single(report.Tally.Errors).Key);
        Assert.Equal(10, report.Tally.Failed);
    }

    [Fact]
    public void A_target_that_goes_away_is_a_connect_error()
    {
        ScriptedServer? server = null;
        server = new ScriptedServer(async (_, socket) =>
        {
            server!.StopListening();
            await ScriptedServer.SendAsync(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            return false;
        });
        using (server)
        {
            RunReport report = Run(server.Address, "--rate 100 --connections 1 --duration 100ms --warmup 0");
            Assert.Equal(1, report.Tally.Succeeded);
            Assert.Equal(9, report.Tally.Errors["connect"]);
        }
    }

    [Fact]
    public void A_closed_loop_against_a_target_that_goes_away_does_not_spin()
    {
        ScriptedServer? server = null;
        server = new ScriptedServer((_, _) =>
        {
            server!.StopListening();
            return Task.FromResult(false);
        });
        using (server)
        {
            RunReport report = Run(server.Address, "--closed --connections 1 --duration 300ms --warmup 0");
            Assert.Equal(1, report.Tally.Errors["reset"]);
            // On a busy machine the run may be over before it connects again.
            Assert.InRange(report.Tally.Errors.GetValueOrDefault("connect"), 0, 12);
        }
    }

    [Fact]
    public void Nothing_listening_is_one_clear_error()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        LoadException error = Assert.Throws<LoadException>(() => Run((IPEndPoint)socket.LocalEndPoint!, "--closed --connections 2 --duration 100ms"));
        Assert.Contains("refused", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, error.ExitCode);
    }

    [Theory]
    [InlineData(Finish + "data: [DONE]\n\n", null)]
    [InlineData(Finish, "truncated")]
    [InlineData("data: [DONE]\n\n", "truncated")]
    [InlineData(Finish + "data: {\"error\":{}}\n\n", "error event")]
    [InlineData(Finish + "data: [DONE]\n\ndata: {}\n\n", "bad framing")]
    public void A_stream_counts_only_when_it_is_whole(string events, string? kind)
    {
        using var server = ScriptedServer.Sending(
            $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{events.Length:x}\r\n{events}\r\n0\r\n\r\n");
        RunReport report = Run(server.Address, "--stream --rate 100 --connections 1 --duration 100ms --warmup 0");
        Assert.Equal(kind is null ? 10 : 0, report.Tally.Succeeded);
        Assert.Equal(kind is null ? 0 : 10, report.Tally.Failed);
        if (kind is null)
        {
            Assert.Equal(10, report.Tally.FirstToken.Count);
            Assert.Equal(10, report.Tally.Events);
        }
        else
        {
            Assert.Equal(kind, Assert.Single(report.Tally.Errors).Key);
        }
    }

    [Fact]
    public void A_stream_cut_off_is_truncated()
    {
        using var server = ScriptedServer.Sending("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ndata:", goOn: false);
        RunReport report = Run(server.Address, "--stream --rate 100 --connections 1 --duration 100ms --warmup 0");
        Assert.Equal("truncated", Assert.Single(report.Tally.Errors).Key);
    }

    [Fact]
    public void The_report_is_json()
    {
        using var server = ScriptedServer.Sending(ScriptedServer.Ok);
        string pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        RunReport report = Run(server.Address, $"--closed --connections 2 --duration 100ms --warmup 0 --pid {pid}");
        using var output = new MemoryStream();
        report.WriteJson(output);
        using var json = System.Text.Json.JsonDocument.Parse(output.ToArray());
        Assert.Equal(report.Tally.Succeeded, json.RootElement.GetProperty("succeeded").GetInt64());
        Assert.True(json.RootElement.GetProperty("target").GetProperty("peak_resident_bytes").GetInt64() > 0);
        Assert.True(json.RootElement.GetProperty("latency_us").GetProperty("p99").GetDouble() > 0);
        Assert.Contains("requests/s", report.ToText(), StringComparison.Ordinal);
    }

    private static RunReport Run(IPEndPoint target, string options) =>
        new LoadRun(RunCommand.Parse(["--target", $"http://{target}", .. options.Split(' ')])).Run();
}

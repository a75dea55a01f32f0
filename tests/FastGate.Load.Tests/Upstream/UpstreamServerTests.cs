using System.Net.Sockets;
using System.Text;
using FastGate.Load.Client;
using FastGate.Load.CommandLine;
using FastGate.Load.Http;
using FastGate.Load.Measuring;
using FastGate.Load.Reporting;
using FastGate.Load.Upstream;

namespace FastGate.Load.Tests.Upstream;

public sealed class UpstreamServerTests
{
    [Fact]
    public void Unary_requests_get_a_completion_of_the_size_asked_for()
    {
        using var server = new UpstreamServer(new UpstreamOptions { BodyBytes = 700 });
        (int status, string body) = Ask(server, "POST / HTTP/1.1\r\nContent-Length: 16\r\n\r\n{\"stream\":false}");
        Assert.Equal(200, status);
        Assert.Equal(700, body.Length);
        using var json = System.Text.Json.JsonDocument.Parse(body);
        Assert.Equal("chat.completion", json.RootElement.GetProperty("object").GetString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Streams_are_whole_and_have_the_events_asked_for(int intervalMs)
    {
        using var server = new UpstreamServer(new UpstreamOptions { Events = 5, EventInterval = TimeSpan.FromMilliseconds(intervalMs) });
        RunReport report = Run(server, "--stream --rate 100 --connections 4 --duration 100ms --warmup 0");
        Assert.Equal(10, report.Tally.Succeeded);
        Assert.Equal(10 * (1 + 5 + 1), report.Tally.Events);
    }

    [Fact]
    public void A_stream_asked_for_under_cut_breaks_in_the_middle_and_others_do_not()
    {
        using var server = new UpstreamServer(new UpstreamOptions { Events = 6 });
        (int status, string body) = Ask(server, "POST /cut/v1/chat/completions HTTP/1.1\r\nContent-Length: 15\r\n\r\n{\"stream\":true}");
        Assert.Equal(200, status);
        Assert.Equal(1 + 3, body.Split("data: ").Length - 1);
        Assert.DoesNotContain("[DONE]", body, StringComparison.Ordinal);
        Assert.Contains("[DONE]", Ask(server, "POST /v1/cut/ HTTP/1.1\r\nContent-Length: 15\r\n\r\n{\"stream\":true}").Body, StringComparison.Ordinal);
        Assert.Equal(200, Ask(server, "POST /cut/v1/chat/completions HTTP/1.1\r\nContent-Length: 16\r\n\r\n{\"stream\":false}").Status);
    }

    [Fact]
    public void The_longest_gap_of_each_stream_is_noted()
    {
        using var server = new UpstreamServer(new UpstreamOptions { Events = 3, EventInterval = TimeSpan.FromMilliseconds(20) });
        RunReport report = Run(server, "--stream --rate 100 --connections 10 --duration 100ms --warmup 0");
        Assert.Equal(10, report.Tally.LongestGap.Count);
        Assert.True(report.Tally.LongestGap.Min >= 15 * Clock.Millisecond);
        Assert.Equal(report.Tally.EventGap.Max, report.Tally.LongestGap.Max);
    }

    [Fact]
    public void Events_have_the_size_asked_for_and_are_json()
    {
        var answers = new CannedAnswers(new UpstreamOptions { EventBytes = 200 });
        string chunk = Encoding.UTF8.GetString(answers.StreamEvent.Span);
        Assert.StartsWith("c8\r\ndata: {", chunk, StringComparison.Ordinal);
        Assert.EndsWith("}\n\n\r\n", chunk, StringComparison.Ordinal);
        Assert.Equal(4 + 200 + 2, chunk.Length);
        using var json = System.Text.Json.JsonDocument.Parse(chunk[10..]);
        Assert.Equal("chat.completion.chunk", json.RootElement.GetProperty("object").GetString());
    }

    [Fact]
    public void An_event_too_small_for_its_json_is_refused() =>
        Assert.Equal(2, Assert.Throws<LoadException>(() => new CannedAnswers(new UpstreamOptions { EventBytes = 50 })).ExitCode);

    [Fact]
    public void A_delay_is_waited_for()
    {
        using var server = new UpstreamServer(new UpstreamOptions { Delay = TimeSpan.FromMilliseconds(30) });
        RunReport report = Run(server, "--rate 100 --connections 8 --duration 100ms --warmup 0");
        Assert.Equal(10, report.Tally.Succeeded);
        Assert.True(report.Tally.Latency.Min >= 30 * Clock.Millisecond);
    }

    [Theory]
    [InlineData("{\"stream\":true}", true)]
    [InlineData("{\"stream\" : true}", true)]
    [InlineData("{\"stream\":false}", false)]
    [InlineData("{\"streams\":true}", false)]
    [InlineData("{\"stream_options\":{},\"stream\":true}", true)]
    [InlineData("{\"messages\":[{\"content\":\"0123456789012345678901234567890123456789\"}],\"stream\":true}", true)]
    public void What_the_body_asks_for_is_found_wherever_it_is_cut(string body, bool wantsStream)
    {
        foreach (string request in (string[])
            [
                $"POST / HTTP/1.1\r\nContent-Length: {body.Length}\r\n\r\n{body}",
                $"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n",
            ])
        {
            byte[] bytes = Encoding.ASCII.GetBytes(request);
            for (int cut = 1; cut <= bytes.Length; cut++)
            {
                var reader = new RequestReader();
                Progress progress = Progress.NeedMore;
                for (int at = 0; at < bytes.Length; at += cut)
                {
                    Assert.Equal(Progress.NeedMore, progress);
                    ReadOnlySpan<byte> part = bytes.AsSpan(at, Math.Min(cut, bytes.Length - at));
                    progress = reader.Feed(ref part);
                    Assert.True(part.IsEmpty);
                }

                Assert.Equal(Progress.Complete, progress);
                Assert.True(wantsStream == reader.WantsStream, $"cut every {cut}: {request}");
            }
        }
    }

    [Fact]
    public void Requests_in_one_packet_are_answered_one_after_the_other()
    {
        using var server = new UpstreamServer(new UpstreamOptions());
        using Socket socket = Connect(server);
        socket.Send("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nConnection: close\r\n\r\n"u8);
        string all = ReadToEnd(socket);
        Assert.Equal(2, all.Split("HTTP/1.1 200 OK").Length - 1);
    }

    [Fact]
    public void A_port_in_use_is_one_clear_error()
    {
        using var server = new UpstreamServer(new UpstreamOptions());
        LoadException error = Assert.Throws<LoadException>(() => new UpstreamServer(new UpstreamOptions { Listen = server.Address }));
        Assert.Contains("cannot listen", error.Message, StringComparison.Ordinal);
    }

    private static RunReport Run(UpstreamServer server, string options) =>
        new LoadRun(RunCommand.Parse(["--target", $"http://{server.Address}", .. options.Split(' ')])).Run();

    private static (int Status, string Body) Ask(UpstreamServer server, string request)
    {
        using Socket socket = Connect(server);
        socket.Send(Encoding.ASCII.GetBytes(request.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal)));
        string response = ReadToEnd(socket);
        return (int.Parse(response.AsSpan(9, 3)), response[(response.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }

    private static Socket Connect(UpstreamServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 };
        socket.Connect(server.Address);
        return socket;
    }

    private static string ReadToEnd(Socket socket)
    {
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

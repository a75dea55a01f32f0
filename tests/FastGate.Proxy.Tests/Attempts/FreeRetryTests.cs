using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using FastGate.Protocol.Http;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Time;
using FastGate.Proxy.Transports;
using FastGate.Proxy.Upstream;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace FastGate.Proxy.Tests.Attempts;

/// <summary>The free retry at octet precision: a socket cannot promise that octets are seen before a reset.</summary>
public sealed class FreeRetryTests
{
    private static readonly PipeOptions Inline = new(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);

    [Theory]
    [InlineData("", true)]
    [InlineData("H", false)]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n", false)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", false)]
    public async Task Request_is_sent_again_only_if_nothing_of_an_answer_has_come(string answer, bool again)
    {
        using var upstream = new ScriptedUpstream();
        using var wheel = new TimerWheel(new ManualTime());
        await using ITransport sockets = TestTransport.Settings.Create();
        using var pool = new UpstreamPool(new UpstreamConnector(new Origin("127.0.0.1", upstream.EndPoint.Port, false), UpstreamTls.Default, wheel, sockets), PoolLimits.Default, wheel);
        var provider = new Provider(Gateway.Provider("up", new IPEndPoint(IPAddress.Loopback, 1)), pool);
        var fromUpstream = new Pipe(Inline);
        var toUpstream = new Pipe(Inline);
        var transport = new PipeTransport(new Ends(fromUpstream.Reader, toUpstream.Writer));
        pool.Return(new UpstreamConnection(transport, transport.Transport, null, wheel.Now) { Uses = 1 });
        var head = new RequestHead();
        RequestParser.TryParse(new ReadOnlySequence<byte>("POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\n\r\n"u8.ToArray()), head, new HeadLimits(1000, 10));
        var attempt = new UpstreamAttempt(new AttemptSignal(wheel));

        attempt.Request = new UpstreamRequest { Provider = provider, Key = provider.Keys[0], Endpoint = EndpointTable.All[0], Head = head };
        Task<AttemptFault> opening = attempt.OpenAsync().AsTask();
        if (answer.Length > 0)
        {
            // Inline: the attempt has looked at it when this returns.
            await fromUpstream.Writer.WriteAsync(Encoding.ASCII.GetBytes(answer));
        }

        await fromUpstream.Writer.CompleteAsync(new IOException("Connection reset by peer"));
        if (again)
        {
            (Wire wire, _) = await upstream.AcceptRequestAsync();
            await wire.SendAsync(ScriptedUpstream.Json("{}"));
        }

        Assert.Equal(again ? AttemptFault.None : AttemptFault.Reset, await opening.Soon());
        Assert.Equal(again ? 1 : 0, upstream.Connections);
        attempt.Cancel();
    }

    /// <summary>A transport that only has pipes; closing it is nothing.</summary>
    private sealed class PipeTransport(IDuplexPipe pipe) : ConnectionContext
    {
        public override string ConnectionId { get; set; } = "stale";

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public override IDuplexPipe Transport { get; set; } = pipe;

        public override void Abort(ConnectionAbortedException abortReason)
        {
        }
    }

    private sealed class Ends(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}

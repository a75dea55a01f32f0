using System.IO.Pipelines;
using FastGate.Proxy.Time;
using FastGate.Proxy.Upstream;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace FastGate.Proxy.Tests.Upstream;

/// <summary>Makes connections out of nothing, counts them, and knows which are open. A failure can be ordered.</summary>
internal sealed class PooledPipes(TimerWheel wheel) : IUpstreamConnector
{
    private int _made;
    private int _open;
    private int _mostOpen;

    internal int Made => Volatile.Read(ref _made);

    internal int Open => Volatile.Read(ref _open);

    internal int MostOpen => Volatile.Read(ref _mostOpen);

    /// <summary>What the next calls come to instead of a connection.</summary>
    internal ConnectFailure Failing { get; set; }

    public Task<ConnectResult> ConnectAsync(CancellationToken ended)
    {
        if (Failing != ConnectFailure.None)
        {
            return Task.FromResult(ConnectResult.Failed(Failing));
        }

        Interlocked.Increment(ref _made);
        int open = Interlocked.Increment(ref _open);
        for (int most = MostOpen; open > most; most = MostOpen)
        {
            Interlocked.CompareExchange(ref _mostOpen, open, most);
        }

        var transport = new PipeTransport(this);
        return Task.FromResult(ConnectResult.Of(new UpstreamConnection(transport, transport.Transport, null, wheel.Now)));
    }

    public void Dispose()
    {
    }

    private sealed class PipeTransport(PooledPipes owner) : ConnectionContext, IDuplexPipe
    {
        private readonly Pipe _fromUpstream = new();
        private readonly Pipe _toUpstream = new();

        public override string ConnectionId { get; set; } = "pipe";

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public override IDuplexPipe Transport
        {
            get => this;
            set => throw new NotSupportedException();
        }

        public PipeReader Input => _fromUpstream.Reader;

        public PipeWriter Output => _toUpstream.Writer;

        public override void Abort(ConnectionAbortedException abortReason) => Interlocked.Decrement(ref owner._open);
    }
}

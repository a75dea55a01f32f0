using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace FastGate.Benchmarks.Embedded;

/// <summary>
/// A connection of two pipes. The gateway holds the <see cref="ConnectionContext"/>; the caller plays the peer through
/// <see cref="Send"/> and <see cref="Received"/>. Continuations run inside the call that causes them, so when <see cref="Send"/>
/// returns the gateway has done all it can with what it was sent. One thread at a time.
/// </summary>
internal sealed class MemoryConnection : ConnectionContext, IDuplexPipe
{
    // No back-pressure: the peer reads when the caller says so, and a writer that waited for it would wait for ever.
    private static readonly PipeOptions Options = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false);

    private readonly Pipe _toGateway = new(Options);
    private readonly Pipe _toPeer = new(Options);
    private readonly CancellationTokenSource _closed = new();
    private ReadOnlySequence<byte> _received;
    private bool _holding;

    public MemoryConnection() => ConnectionClosed = _closed.Token;

    public override string ConnectionId { get; set; } = "memory";

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get => this; set => throw new NotSupportedException("The pipes of a connection in memory are its own."); }

    public PipeReader Input => _toGateway.Reader;

    public PipeWriter Output => _toPeer.Writer;

    /// <summary>The gateway has closed or cut the connection.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>What the gateway has written since the last <see cref="Discard"/>.</summary>
    public ReadOnlySequence<byte> Received
    {
        get
        {
            if (_holding)
            {
                _toPeer.Reader.AdvanceTo(_received.Start, _received.End);
                _holding = false;
            }

            if (_toPeer.Reader.TryRead(out ReadResult result))
            {
                _received = result.Buffer;
                _holding = true;
                return _received;
            }

            return default;
        }
    }

    /// <summary>The peer sends.</summary>
    public void Send(ReadOnlySpan<byte> octets)
    {
        _toGateway.Writer.Write(octets);
        Flush(_toGateway.Writer);
    }

    /// <summary>The peer sends in pieces of at most <paramref name="sliceSize"/> octets, each by itself.</summary>
    public void SendSliced(ReadOnlySpan<byte> octets, int sliceSize)
    {
        while (!octets.IsEmpty && !IsClosed)
        {
            ReadOnlySpan<byte> slice = octets[..Math.Min(sliceSize, octets.Length)];
            Send(slice);
            octets = octets[slice.Length..];
        }
    }

    /// <summary>The peer ends its side; the other one stays open.</summary>
    public void End() => _toGateway.Writer.Complete();

    /// <summary>The peer reads all that has come.</summary>
    /// <returns>How many octets it was.</returns>
    public int Discard()
    {
        ReadOnlySequence<byte> received = Received;
        if (!_holding)
        {
            return 0;
        }

        _toPeer.Reader.AdvanceTo(received.End);
        _holding = false;
        return (int)received.Length;
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (!IsClosed)
        {
            IsClosed = true;
            _toGateway.Writer.Complete();
            _closed.Cancel();
        }
    }

    public override ValueTask DisposeAsync()
    {
        IsClosed = true;
        return default;
    }

    /// <summary>Hands over what was written; without back-pressure that never waits.</summary>
    public static void Flush(PipeWriter writer)
    {
        if (!writer.FlushAsync().IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("A flush without back-pressure had to wait.");
        }
    }
}

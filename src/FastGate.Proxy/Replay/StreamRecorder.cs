using System.Buffers;
using FastGate.Protocol.Sse;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Relay;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Replay;

/// <summary>
/// Numbers and records the events of an exchange's stream on their way to the client. Idle unless the stream is to be resumable: then
/// <see cref="IsOn"/>, and the exchange goes on for a while when its client has gone.
/// </summary>
internal sealed class StreamRecorder(ConnectionSignal signal, StreamRegistry registry)
{
    private ResumableStream? _stream;
    private ArrayBufferWriter<byte>? _stripped;

    /// <summary>Whether events are numbered and recorded.</summary>
    internal bool IsOn => _stream is not null;

    /// <summary>Begins if the request wants it; its head then names the token.</summary>
    internal void Begin(RelayContext context)
    {
        if (context.Resumable is not { } settings)
        {
            return;
        }

        _stream = context.Stream = registry.TryBegin(null, settings, context.Client, context.Route, context.Target, context.Endpoint.Stream);

        if (_stream is null)
        {
            return;
        }

        // An exchange that goes on to its end for an idempotency key must not be given up for want of somebody who reads.
        if (signal.OutlivesClient)
        {
            signal.WriteAlso(_stream.Recording);
        }
        else
        {
            signal.Outlive(_stream.Recording);
        }
    }

    /// <summary>Records an event and returns the line that goes before it.</summary>
    internal ReadOnlySpan<byte> Add(ReadOnlySpan<byte> block)
    {
        Recording recording = _stream!.Recording;
        ReadOnlySpan<byte> line = _stream.IdLine(recording.NextNumber);
        recording.Append(line, block);
        return line;
    }

    /// <summary>The block without an id of the provider's own, which would be taken for ours; valid until the next call.</summary>
    internal ReadOnlySpan<byte> WithoutId(ReadOnlySpan<byte> block)
    {
        // Data has no line breaks of its own, so nearly never more than a search.
        if (!block.StartsWith("id"u8) && block.IndexOf("\nid"u8) < 0 && block.IndexOf("\rid"u8) < 0)
        {
            return block;
        }

        _stripped ??= new ArrayBufferWriter<byte>();
        _stripped.ResetWrittenCount();
        SseWriter.WriteWithoutId(_stripped, block);
        return _stripped.WrittenSpan;
    }

    /// <summary>Shows the readers what came.</summary>
    internal void Publish() => _stream?.Recording.Publish();

    /// <summary>The stream is whole.</summary>
    internal void Complete() => Finish(complete: true);

    /// <summary>
    /// The exchange is over. A stream that is not whole by now has broken off; whoever comes back for it is told so by its last event.
    /// </summary>
    internal void End()
    {
        if (_stream is null)
        {
            return;
        }

        if (_stream.Recording.State == RecordingState.Live)
        {
            var text = new ArrayBufferWriter<byte>(512);
            ErrorWriter.WriteInterruption(text, "Nobody read the stream any more, so it was given up before its end.", _stream.Grammar == Endpoints.StreamGrammar.Responses);
            Add(text.WrittenSpan);
            Finish(complete: false);
        }

        signal.EndOutliving(_stream.Recording);
        _stream.Recording.Release();
        _stream = null;
    }

    /// <summary>The stream broke off, and its last event says so.</summary>
    internal void Break() => Finish(complete: false);

    private void Finish(bool complete)
    {
        if (_stream is { } stream)
        {
            stream.Recording.Finish(complete);
            stream.OnFinished();
        }
    }
}

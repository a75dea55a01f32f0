using System.Buffers;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Replay;

/// <summary>Hands a recording to a client: what is there, and then what comes, to its end. Waits without a timer and without polling.</summary>
internal sealed class ReplayRelay(ConnectionSignal signal, ClientOutput client)
{
    // Octets between two flushes.
    private const int Batch = 32 * 1024;

    private readonly RecordingReader _reader = new(signal.Wakeup);

    /// <summary>Begins to read at a frame. Anything but <see cref="AttachResult.Attached"/> leaves nothing behind.</summary>
    internal AttachResult TryAttach(Recording recording, long from) => _reader.TryAttach(recording, from);

    /// <summary>Lets go of the recording.</summary>
    internal void Detach() => _reader.Detach();

    /// <summary>
    /// Sends the body of a stream, the head having been written. True when it was whole: then the connection can carry on. Otherwise it
    /// must be closed, without the body's end: the client has gone, the recording broke off there, or it lost what was still to be read, of
    /// which the client is told.
    /// </summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    internal async ValueTask<bool> RunAsync(bool chunked, TimeSpan patience, bool responsesGrammar)
    {
        while (true)
        {
            ReplayStep step = _reader.Read(new FrameOutput(client.Writer, chunked), Batch);
            if (step == ReplayStep.End && chunked)
            {
                client.Writer.Write(ChunkWriter.LastChunk);
            }
            else if (step == ReplayStep.Lost)
            {
                WriteLoss(chunked, responsesGrammar);
            }

            if (!await client.FlushAsync(patience).ConfigureAwait(false))
            {
                return false;
            }

            switch (step)
            {
                case ReplayStep.End:
                    return true;
                case ReplayStep.Broken or ReplayStep.Lost:
                    return false;
                case ReplayStep.Wait:
                    signal.Arm(Timeout.InfiniteTimeSpan);
                    if (signal.ClientGone)
                    {
                        return false;
                    }

                    signal.Work.Pause();
                    await _reader.Wakeup.WaitAsync().ConfigureAwait(false);
                    signal.Work.Resume();
                    break;
            }
        }
    }

    private void WriteLoss(bool chunked, bool responsesGrammar)
    {
        var text = new ArrayBufferWriter<byte>(512);
        ErrorWriter.WriteInterruption(text, "The stream is longer than stream.ring keeps, and this connection did not read it in time.", responsesGrammar);
        var output = new FrameOutput(client.Writer, chunked);
        output.Begin(text.WrittenCount);
        output.Write(text.WrittenSpan);
        output.End(text.WrittenCount);
    }
}

using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Proxy.Connections;

namespace FastGate.Proxy.Responses;

/// <summary>The client's side of a response: sends what was written and waits while the client is slow.</summary>
internal sealed class ClientOutput(PipeWriter writer, ConnectionSignal signal)
{
    /// <summary>Where responses are written.</summary>
    internal PipeWriter Writer => writer;

    /// <summary>Whether the last flush had to wait for the client; if so it has armed the signal for that.</summary>
    internal bool Waited { get; private set; }

    /// <summary>
    /// Whether the client did not read in time. What it was sent is still in the transport, which would wait for it for ever: the
    /// connection must be cut, not closed.
    /// </summary>
    internal bool GaveUp { get; private set; }

    /// <summary>
    /// Sends what was written. False when the client has gone, or has not read anything for <paramref name="patience"/>.
    /// </summary>
    internal ValueTask<bool> FlushAsync(TimeSpan patience)
    {
        Waited = false;
        ValueTask<FlushResult> flush;
        try
        {
            flush = writer.FlushAsync();
        }
        catch (IOException)
        {
            return ValueTask.FromResult(false);
        }

        // Nearly always: the transport took everything.
        return flush.IsCompletedSuccessfully ? ValueTask.FromResult(!flush.Result.IsCompleted) : WaitAsync(flush, patience);
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<bool> WaitAsync(ValueTask<FlushResult> flush, TimeSpan patience)
    {
        Waited = true;
        signal.Arm(patience);
        try
        {
            FlushResult result = await flush.ConfigureAwait(false);

            // A flush that was ended without cause is a wake-up that came too late for another wait: what was written is on its way all the
            // same. Over TLS the flush does not say that it was ended.
            GaveUp = signal.Expired;
            return !result.IsCompleted && !signal.ClientGone && !GaveUp;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Time;

namespace FastGate.Proxy.Responses;

/// <summary>
/// The client's side of a response: sends what was written and waits while the client is slow. An exchange that outlives its client
/// (<see cref="ConnectionSignal.Outlive"/>) goes on writing here without noticing.
/// </summary>
internal sealed class ClientOutput(PipeWriter writer, ConnectionSignal signal)
{
    // How long a client may hold up others who read the same answer: a second, and a part of the time from then on. Past that it is let go,
    // and can come back and read on where it was. A short wait means nothing: a flush from another loop's thread waits for the hand-over alone.
    private static readonly long GraceTicks = TimerWheel.TicksOf(TimeSpan.FromSeconds(1));
    private const int GracePart = 4;
    private const long ShortWaitTicks = 1;

    private PipeWriter _writer = writer;
    private long _besideSinceTick = TimerEntry.Never;
    private long _heldUpTicks;

    /// <summary>Where responses are written. Another one after a flush.</summary>
    internal PipeWriter Writer => _writer;

    /// <summary>How long the last flush waited for the client, in ticks of the wheel.</summary>
    internal long WaitedTicks { get; private set; }

    /// <summary>
    /// Whether the client did not read in time. What it was sent is still in the transport, which would wait for it for ever: the
    /// connection must be cut, not closed.
    /// </summary>
    internal bool GaveUp { get; private set; }

    /// <summary>Another answer begins.</summary>
    internal void Begin()
    {
        _besideSinceTick = TimerEntry.Never;
        _heldUpTicks = 0;
    }

    /// <summary>
    /// Sends what was written. False when the client has gone, or has not read anything for <paramref name="patience"/>.
    /// </summary>
    internal ValueTask<bool> FlushAsync(TimeSpan patience)
    {
        WaitedTicks = 0;
        if (signal.IsDetached)
        {
            return ValueTask.FromResult(Discard());
        }

        ValueTask<FlushResult> flush;
        try
        {
            flush = _writer.FlushAsync();
        }
        catch (IOException)
        {
            return ValueTask.FromResult(GoesOnWithoutClient());
        }

        // Nearly always: the transport took everything.
        return flush.IsCompletedSuccessfully ? ValueTask.FromResult(!flush.Result.IsCompleted || GoesOnWithoutClient()) : WaitAsync(flush, patience);
    }

    /// <summary>The client has been sent all it gets: whether the exchange goes on without it, writing to nobody.</summary>
    internal bool LetClientGo() => GoesOnWithoutClient();

    // There is nobody to send it to. What was written before this was noticed goes down with the connection.
    private bool Discard()
    {
        _writer = DiscardingWriter.Instance;
        return true;
    }

    private bool GoesOnWithoutClient() => signal.LetClientGo() && Discard();

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<bool> WaitAsync(ValueTask<FlushResult> flush, TimeSpan patience)
    {
        signal.Work.Pause();
        long began = signal.Now;
        bool holdsUp = signal.HasOtherReaders;
        signal.Arm(holdsUp ? PatienceBesideOthers(patience, began) : patience);
        try
        {
            FlushResult result = await flush.ConfigureAwait(false);

            // A flush that was ended without cause is a wake-up that came too late for another wait, or somebody else who begins to read:
            // what was written is on its way all the same. Over TLS the flush does not say that it was ended.
            WaitedTicks = signal.Now - began;
            _heldUpTicks += holdsUp && WaitedTicks > ShortWaitTicks ? WaitedTicks : 0;
            GaveUp = signal.Expired;
            return (!result.IsCompleted && !signal.ClientGone && !GaveUp) || GoesOnWithoutClient();
        }
        catch (IOException)
        {
            return GoesOnWithoutClient();
        }
        finally
        {
            signal.Work.Resume();
        }
    }

    private TimeSpan PatienceBesideOthers(TimeSpan patience, long now)
    {
        _besideSinceTick = Math.Min(_besideSinceTick, now);
        TimeSpan left = Math.Max(0, GraceTicks + ((now - _besideSinceTick) / GracePart) - _heldUpTicks) * TimerWheel.Tick;
        return left < patience || patience == Timeout.InfiniteTimeSpan ? left : patience;
    }
}

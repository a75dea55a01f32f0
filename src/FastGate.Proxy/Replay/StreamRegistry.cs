using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Time;

namespace FastGate.Proxy.Replay;

/// <summary>The streams that can be resumed, by their tokens. They outlive the configuration they began under.</summary>
internal sealed class StreamRegistry
{
    private readonly TimerWheel _wheel;
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, ResumableStream> _streams = [];
    private ResumableStream? _oldest;
    private ResumableStream? _newest;

    internal StreamRegistry(TimerWheel wheel, ServerLimits limits)
    {
        _wheel = wheel;
        Memory = new ReplayMemory(limits.ReplayMemory) { EvictOldest = EvictOldest };
        Detached = new DetachedExchanges(limits.MaxDetached);
    }

    /// <summary>The memory of all recordings.</summary>
    internal ReplayMemory Memory { get; }

    /// <summary>The exchanges that go on without their clients.</summary>
    internal DetachedExchanges Detached { get; }

    /// <summary>How many streams can be resumed.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _streams.Count;
            }
        }
    }

    /// <summary>Takes the bounds of a new configuration.</summary>
    internal void Apply(ServerLimits limits)
    {
        Memory.Limit = limits.ReplayMemory;
        Detached.Limit = limits.MaxDetached;
    }

    /// <summary>
    /// Makes a stream resumable; null when there is no memory left for it, and it is served without. The exchange holds the recording and
    /// says when it is finished.
    /// </summary>
    /// <param name="recording">The recording that the exchange keeps already, or null to make one.</param>
    /// <param name="settings">How the route's streams are treated.</param>
    /// <param name="owner">The client, or null where nobody needs a key.</param>
    /// <param name="route">The route; null for a request that named its target.</param>
    /// <param name="target">The target that answers.</param>
    /// <param name="grammar">How its events are to be read.</param>
    internal ResumableStream? TryBegin(Recording? recording, StreamSettings settings, ClientSettings? owner, Route? route, UpstreamTarget? target, StreamGrammar grammar)
    {
        if (recording is not null)
        {
            recording.TryHold();
        }
        else
        {
            recording = Recording.TryBegin(Memory, _wheel, Detached, settings.Ring, settings.Retain);
            if (recording is null)
            {
                return null;
            }
        }

        var stream = new ResumableStream(this, recording, owner) { Route = route, Target = target, Grammar = grammar };
        recording.TryHold();
        recording.Keep(settings.Retain, stream);
        lock (_lock)
        {
            _streams.Add(stream.Token.Value, stream);
        }

        return stream;
    }

    /// <summary>The stream with a token, its recording held for the caller; null if there is none, or none any more.</summary>
    internal ResumableStream? Find(StreamToken token)
    {
        lock (_lock)
        {
            return _streams.TryGetValue(token.Value, out ResumableStream? stream) && stream.Recording.TryHold() ? stream : null;
        }
    }

    /// <summary>Puts a stream among those that may be given up.</summary>
    internal void OnFinished(ResumableStream stream)
    {
        lock (_lock)
        {
            if (stream.IsFinished || !_streams.ContainsKey(stream.Token.Value))
            {
                return;
            }

            stream.IsFinished = true;
            stream.Older = _newest;
            if (_newest is null)
            {
                _oldest = stream;
            }
            else
            {
                _newest.Newer = stream;
            }

            _newest = stream;
        }
    }

    /// <summary>Forgets a stream; those who read it read on.</summary>
    internal void Remove(ResumableStream stream)
    {
        lock (_lock)
        {
            if (!_streams.Remove(stream.Token.Value))
            {
                return;
            }

            Unlink(stream);
        }

        stream.Recording.Release();
    }

    private bool EvictOldest()
    {
        ResumableStream? oldest;
        lock (_lock)
        {
            oldest = _oldest;
            if (oldest is null)
            {
                return false;
            }

            _streams.Remove(oldest.Token.Value);
            Unlink(oldest);
        }

        oldest.Recording.Release();
        return true;
    }

    private void Unlink(ResumableStream stream)
    {
        if (!stream.IsFinished)
        {
            return;
        }

        if (stream.Older is null)
        {
            _oldest = stream.Newer;
        }
        else
        {
            stream.Older.Newer = stream.Newer;
        }

        if (stream.Newer is null)
        {
            _newest = stream.Older;
        }
        else
        {
            stream.Newer.Older = stream.Older;
        }

        stream.Older = stream.Newer = null;
        stream.IsFinished = false;
    }
}

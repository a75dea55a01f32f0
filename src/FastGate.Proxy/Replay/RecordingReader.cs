using FastGate.Proxy.Connections;

namespace FastGate.Proxy.Replay;

/// <summary>One connection's place in a recording. Used for one recording after another; between <see cref="TryAttach"/> and <see cref="Detach"/> it holds one.</summary>
/// <param name="wakeup">Set when there may be something to read.</param>
internal sealed class RecordingReader(Wakeup wakeup)
{
    private Recording? _recording;

    /// <summary>Set when there may be something to read.</summary>
    internal Wakeup Wakeup => wakeup;

    /// <summary>The recording that is read; null when none is.</summary>
    internal Recording? Recording => _recording;

    /// <summary>The reader behind this one at the same recording; the recording's own.</summary>
    internal RecordingReader? Next { get; set; }

    /// <summary>Where the next frame begins, counted from the recording's first octet.</summary>
    internal long Position { get; private set; }

    /// <summary>That frame's number.</summary>
    internal long Number { get; private set; }

    /// <summary>The number of the first frame to be read; those before it are skipped.</summary>
    internal long Wanted { get; private set; }

    /// <summary>The segment of the last frame, and where that began: the object may meanwhile serve elsewhere.</summary>
    internal ReplaySegment? Segment { get; private set; }

    internal long SegmentStart { get; private set; }

    /// <summary>Begins to read at the frame <paramref name="from"/>. Anything but <see cref="AttachResult.Attached"/> leaves nothing behind.</summary>
    internal AttachResult TryAttach(Recording recording, long from) => recording.Attach(this, from);

    /// <summary>Writes frames that have come since the last call, about <paramref name="most"/> octets.</summary>
    internal ReplayStep Read(in FrameOutput output, long most) => _recording!.Read(this, output, most);

    /// <summary>Lets go of the recording. A second call changes nothing.</summary>
    internal void Detach()
    {
        if (_recording is { } recording)
        {
            _recording = null;
            Segment = null;
            recording.Detach(this);
        }
    }

    internal void Begin(Recording recording, ReplaySegment segment, long position, long number, long wanted)
    {
        _recording = recording;
        Segment = segment;
        SegmentStart = segment.Start;
        Position = position;
        Number = number;
        Wanted = wanted;
    }

    internal void Moved(ReplaySegment segment, long position)
    {
        Segment = segment;
        SegmentStart = segment.Start;
        Position = position;
        Number++;
    }
}

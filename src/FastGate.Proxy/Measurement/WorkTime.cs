using System.Runtime.CompilerServices;

namespace FastGate.Proxy.Measurement;

/// <summary>
/// How long a request took, and how much of that was the gateway's own work: a clock that runs from the request's first octet to the last of
/// its answer and stands still in every wait for the client or an upstream. One per client connection, moved by whoever serves it:
/// <see cref="Pause"/> before a wait that really waits, <see cref="Resume"/> behind it. An undisturbed request reads the clock four times.
/// </summary>
/// <remarks>What the kernel takes to accept octets is work, not a wait: a send that does not block belongs to the gateway's cost.</remarks>
/// <param name="time">Where time comes from.</param>
internal sealed class WorkTime(TimeProvider time)
{
    private readonly double _nanosecondsPerUnit = 1e9 / time.TimestampFrequency;
    private long _began;
    private long _resumed;
    private long _ended;
    private long _spent;
    private bool _hasBegun;
    private bool _runs;
    private bool _hasEnded;

    /// <summary>Between the first octet and the last, nanoseconds; 0 before the end.</summary>
    internal long TotalNanoseconds => _hasEnded ? (long)((_ended - _began) * _nanosecondsPerUnit) : 0;

    /// <summary>Of that, what was no wait.</summary>
    internal long OwnNanoseconds => (long)(_spent * _nanosecondsPerUnit);

    /// <summary>What the clock said when it was last read for this request.</summary>
    internal long LastRead { get; private set; }

    /// <summary>Whether a request is under way and waits.</summary>
    internal bool IsWaiting => _hasBegun && !_hasEnded && !Volatile.Read(ref _runs);

    /// <summary>Forgets the last request. The next one begins with the first <see cref="Resume"/>.</summary>
    internal void Clear()
    {
        _spent = 0;
        _hasBegun = _runs = _hasEnded = false;
    }

    /// <summary>A wait is over, if there was one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Resume()
    {
        if (!_runs)
        {
            Start();
        }
    }

    /// <summary>A wait begins.</summary>
    internal void Pause()
    {
        if (_runs)
        {
            _spent += Read() - _resumed;
            Volatile.Write(ref _runs, false);
        }
    }

    /// <summary>A wait begins, unless it is over already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void PauseUnless(bool completed)
    {
        if (!completed)
        {
            Pause();
        }
    }

    /// <summary>The last octet was sent. What follows until <see cref="Clear"/> is not the request's; ending again changes nothing.</summary>
    internal void End()
    {
        if (!_hasEnded && _hasBegun)
        {
            _hasEnded = true;
            _ended = Read();
            _spent += _runs ? _ended - _resumed : 0;
            _runs = false;
        }
    }

    private void Start()
    {
        if (_hasEnded)
        {
            return;
        }

        _runs = true;
        _resumed = Read();
        if (!_hasBegun)
        {
            _hasBegun = true;
            _began = _resumed;
        }
    }

    private long Read() => LastRead = time.GetTimestamp();
}

using System.Runtime.InteropServices;
using FastGate.Transport.Native;

namespace FastGate.Transport.Loops;

/// <summary>
/// A thread that waits for events of its descriptors (edge-triggered epoll) and runs whatever they continue. Everything that makes a
/// system call on a descriptor runs on the thread of its loop, so a descriptor cannot be closed under anybody's hands.
/// </summary>
/// <remarks>
/// One turn: 1. wait, 2. hand out the events, 3. do what other threads and this one have posted, 4. close what was given up. Descriptors
/// are added in step 3 and closed in step 4 only, so an event of a turn never meets a newer socket with the same number.
/// </remarks>
internal sealed unsafe class EventLoop
{
    private const int MostEvents = 256;
    private const uint Interest = Linux.Readable | Linux.Writable | Linux.PeerFinished | Linux.EdgeTriggered;

    // Everything on a request's way asks for it, so the class has no initializers, which would be asked for first.
    [ThreadStatic]
    private static EventLoop? _current;

    // struct epoll_event is packed on x86-64 only.
    private readonly int _eventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private readonly int _eventDataOffset;
    private readonly int _epoll;
    private readonly int _bell;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly Lock _afterEnd = new();
    private readonly Queue<Posted> _own = new();
    private readonly List<int> _closing = [];
    private ILoopMember?[] _members = new ILoopMember?[64];
    private List<Posted> _posted = [];
    private List<Posted> _taken = [];
    private bool _ending;
    private bool _hasEnded;
    private bool _endAsked;

    internal EventLoop(LoopGroup group, int index)
    {
        Group = group;
        Index = index;
        _eventDataOffset = _eventSize - sizeof(ulong);
        _epoll = LibC.EpollCreate(Linux.CloseOnExec);
        _bell = _epoll < 0 ? -1 : LibC.EventDescriptor(0, Linux.NonBlocking | Linux.CloseOnExec);

        // Edge-triggered: every ring is an event, and nobody has to read the descriptor.
        if (_bell < 0 || !TryWatch(_bell, Linux.Readable | Linux.EdgeTriggered))
        {
            throw Errno.ToException(Marshal.GetLastSystemError());
        }

        new Thread(Run) { IsBackground = true, Name = $"event loop {index}" }.Start();
    }

    /// <summary>The loop whose thread this is, or null.</summary>
    internal static EventLoop? Current => _current;

    internal LoopGroup Group { get; }

    internal int Index { get; }

    /// <summary>Whether the caller runs on this loop's thread.</summary>
    internal bool IsCurrent => ReferenceEquals(_current, this);

    /// <summary>Whether the loop takes no new descriptors. On the loop's thread.</summary>
    internal bool IsEnding => _ending;

    /// <summary>Has a member do something on the loop's thread, at the end of this turn or of the next one. From any thread.</summary>
    internal void Post(ILoopMember member, LoopTask task, int argument = 0)
    {
        var posted = new Posted(member, task, argument);
        if (IsCurrent)
        {
            _own.Enqueue(posted);
            return;
        }

        lock (_lock)
        {
            if (_hasEnded)
            {
                // Its descriptor is closed; what is left is to tell whoever waits.
                ThreadPool.UnsafeQueueUserWorkItem(static state => state.Loop.RunAfterEnd(state.Posted), (Loop: this, Posted: posted), preferLocal: false);
                return;
            }

            _posted.Add(posted);
            if (_posted.Count == 1)
            {
                Ring();
            }
        }
    }

    /// <summary>
    /// Watches a descriptor for a member, which is told of everything by edges; false when the system has no room for it. In step 3 of a turn.
    /// </summary>
    internal bool TryAdd(int descriptor, ILoopMember member)
    {
        if (descriptor >= _members.Length)
        {
            Array.Resize(ref _members, Math.Max(descriptor + 1, _members.Length * 2));
        }

        _members[descriptor] = member;
        return TryWatch(descriptor, Interest);
    }

    /// <summary>Another member takes over a descriptor that is watched.</summary>
    internal void Replace(int descriptor, ILoopMember member) => _members[descriptor] = member;

    /// <summary>Watches a descriptor no more; it stays open.</summary>
    internal void Remove(int descriptor)
    {
        Forget(descriptor);
        LibC.EpollControl(_epoll, Linux.EpollRemove, descriptor, null);
    }

    /// <summary>Closes a descriptor at the end of the turn.</summary>
    internal void Close(int descriptor)
    {
        Forget(descriptor);
        _closing.Add(descriptor);
    }

    /// <summary>Ends all members and then the loop.</summary>
    internal Task EndAsync()
    {
        lock (_lock)
        {
            if (_endAsked)
            {
                return _ended.Task;
            }

            _endAsked = true;
            Ring();
        }

        return _ended.Task;
    }

    // Not known if the loop ended before it was added.
    private void Forget(int descriptor)
    {
        if (descriptor < _members.Length)
        {
            _members[descriptor] = null;
        }
    }

    private bool TryWatch(int descriptor, uint interest)
    {
        byte* request = stackalloc byte[16];
        *(uint*)request = interest;
        *(ulong*)(request + _eventDataOffset) = (ulong)(uint)descriptor;
        return LibC.EpollControl(_epoll, Linux.EpollAdd, descriptor, request) == 0;
    }

    // Under the lock: the bell is closed once the loop has ended.
    private void Ring()
    {
        ulong one = 1;
        LibC.Write(_bell, &one, sizeof(ulong));
    }

    private void Run()
    {
        _current = this;
        byte* events = (byte*)NativeMemory.Alloc((nuint)(MostEvents * _eventSize));
        do
        {
            // 1.
            int count = LibC.EpollWait(_epoll, events, MostEvents, _own.Count > 0 || _ending ? 0 : -1);
            if (count < 0)
            {
                int error = Marshal.GetLastSystemError();
                if (error != Errno.Interrupted)
                {
                    throw Errno.ToException(error);
                }
            }

            // 2.
            bool rung = _ending;
            for (int i = 0; i < count; i++)
            {
                byte* happened = events + (i * _eventSize);
                int descriptor = (int)*(ulong*)(happened + _eventDataOffset);
                if (descriptor == _bell)
                {
                    rung = true;
                }
                else
                {
                    _members[descriptor]?.OnEvents(*(uint*)happened);
                }
            }

            // 3.
            if (rung)
            {
                RunPosted();
            }

            for (int left = _own.Count; left > 0; left--)
            {
                _own.Dequeue().Run();
            }

            // 4.
            CloseGivenUp();
        }
        while (!TryEnd());
        NativeMemory.Free(events);
        _current = null;
        _ended.SetResult();
    }

    private void RunPosted()
    {
        lock (_lock)
        {
            (_posted, _taken) = (_taken, _posted);
            if (_endAsked && !_ending)
            {
                _ending = true;
            }
        }

        // What is run may not add to this list: posts of this thread go to its own queue.
        foreach (Posted posted in _taken)
        {
            posted.Run();
        }

        _taken.Clear();
        if (_ending)
        {
            foreach (ILoopMember? member in _members)
            {
                member?.OnLoopEnds();
            }
        }
    }

    private void CloseGivenUp()
    {
        foreach (int descriptor in _closing)
        {
            LibC.Close(descriptor);
        }

        _closing.Clear();
    }

    private bool TryEnd()
    {
        if (!_ending || _own.Count > 0)
        {
            return false;
        }

        lock (_lock)
        {
            if (_posted.Count > 0 || Array.Exists(_members, member => member is not null))
            {
                return false;
            }

            _hasEnded = true;
        }

        LibC.Close(_epoll);
        LibC.Close(_bell);
        return true;
    }

    // As if on the loop's thread, and like there one at a time.
    private void RunAfterEnd(Posted posted)
    {
        lock (_afterEnd)
        {
            _current = this;
            try
            {
                posted.Run();
                while (_own.TryDequeue(out Posted next))
                {
                    next.Run();
                }

                CloseGivenUp();
            }
            finally
            {
                _current = null;
            }
        }
    }

    private readonly record struct Posted(ILoopMember Member, LoopTask Task, int Argument)
    {
        internal void Run() => Member.Run(Task, Argument);
    }
}

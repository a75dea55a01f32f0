namespace FastGate.Transport.Loops;

/// <summary>Something that lives on a loop: its methods are called on the loop's thread only.</summary>
internal interface ILoopMember
{
    /// <summary>Something happened to its descriptor.</summary>
    /// <param name="events">What: <see cref="Native.Linux.Readable"/> and so on.</param>
    void OnEvents(uint events);

    /// <summary>Does what was asked for by <see cref="EventLoop.Post"/>.</summary>
    void Run(LoopTask task, int argument);

    /// <summary>The loop ends: whoever waits must be told, and the descriptor closed.</summary>
    void OnLoopEnds();
}

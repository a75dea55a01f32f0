namespace FastGate.Transport.Connections;

/// <summary>What a connection of <see cref="EpollTransport"/> knows beyond what every connection does.</summary>
public interface ILoopConnection
{
    /// <summary>The number of the loop that the connection lives on, from 0.</summary>
    int Loop { get; }

    /// <summary>
    /// Whether nothing has come that was not read, nor the peer's end. Makes no system call; from any thread, while no read waits.
    /// </summary>
    bool IsQuiet { get; }

    /// <summary>
    /// Has the connection live on the caller's loop from now on, so that its continuations run there. Does nothing off the loops, and it
    /// may take a turn of both loops until it is done. While nobody waits for the connection.
    /// </summary>
    void MoveToCurrentLoop();
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace FastGate.Transport.Native;

/// <summary>
/// The system calls of the transport. All of them are made on descriptors that do not block. After -1 the reason is in
/// <see cref="Marshal.GetLastSystemError"/>, to be asked for at once.
/// </summary>
internal static unsafe partial class LibC
{
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "epoll_create1")]
    internal static partial int EpollCreate(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl")]
    internal static partial int EpollControl(int epoll, int operation, int descriptor, byte* interest);

    [LibraryImport(Library, EntryPoint = "epoll_wait")]
    internal static partial int EpollWait(int epoll, byte* events, int most, int milliseconds);

    [LibraryImport(Library, EntryPoint = "eventfd")]
    internal static partial int EventDescriptor(uint value, int flags);

    [LibraryImport(Library, EntryPoint = "write")]
    internal static partial nint Write(int descriptor, void* bytes, nuint count);

    [LibraryImport(Library, EntryPoint = "recv")]
    internal static partial nint Receive(int descriptor, void* bytes, nuint count, int flags);

    [LibraryImport(Library, EntryPoint = "send")]
    internal static partial nint Send(int descriptor, void* bytes, nuint count, int flags);

    [LibraryImport(Library, EntryPoint = "sendmsg")]
    internal static partial nint SendMessage(int descriptor, MessageHeader* message, int flags);

    [LibraryImport(Library, EntryPoint = "accept4")]
    internal static partial int Accept(int descriptor, byte* address, uint* length, int flags);

    [LibraryImport(Library, EntryPoint = "socket")]
    internal static partial int NewSocket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "connect")]
    internal static partial int Connect(int descriptor, byte* address, uint length);

    [LibraryImport(Library, EntryPoint = "getsockname")]
    internal static partial int LocalName(int descriptor, byte* address, uint* length);

    [LibraryImport(Library, EntryPoint = "shutdown")]
    internal static partial int Shutdown(int descriptor, int how);

    [LibraryImport(Library, EntryPoint = "close")]
    internal static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "setsockopt")]
    internal static partial int SetOption(int descriptor, int level, int option, void* value, uint length);

    [LibraryImport(Library, EntryPoint = "getsockopt")]
    internal static partial int GetOption(int descriptor, int level, int option, void* value, uint* length);

    /// <summary>A piece of memory (struct iovec).</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Piece
    {
        public void* Start;
        public nuint Length;
    }

    /// <summary>What is sent (struct msghdr, as glibc and musl lay it out on 64-bit little-endian systems).</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public Piece* Pieces;
        public nuint PieceCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }
}

namespace FastGate.Protocol.Http;

/// <summary>What one step of a <see cref="BodyDecoder"/> found.</summary>
public enum BodyStatus : byte
{
    /// <summary>More input is needed; what was consumed was framing.</summary>
    NeedMore,

    /// <summary>Some octets of the body.</summary>
    Data,

    /// <summary>The body and its trailers are over; what is left in the buffer belongs to the next message.</summary>
    Done,

    /// <summary>The framing is broken; <see cref="BodyDecoder.Error"/> says how. The connection cannot be used further.</summary>
    Invalid,
}

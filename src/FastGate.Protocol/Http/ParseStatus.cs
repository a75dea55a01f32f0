namespace FastGate.Protocol.Http;

/// <summary>What became of one attempt to parse a message head.</summary>
public enum ParseStatus : byte
{
    /// <summary>The head's end has not arrived; call again, with the same bytes and more after them.</summary>
    Incomplete,

    /// <summary>The head is parsed.</summary>
    Complete,

    /// <summary>The head is refused; <see cref="MessageHead.Error"/> says why. The connection cannot be used further.</summary>
    Invalid,
}

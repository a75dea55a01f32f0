namespace FastGate.Proxy.Attempts;

/// <summary>What waiting for more of a response gave.</summary>
internal enum UpstreamRead : byte
{
    /// <summary>More octets.</summary>
    Data,

    /// <summary>The provider closed the connection; the last octets may have come with that.</summary>
    End,

    /// <summary>The provider reset the connection.</summary>
    Reset,

    /// <summary>The armed deadline passed.</summary>
    Expired,

    /// <summary>The client went away.</summary>
    ClientGone,
}

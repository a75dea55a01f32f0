namespace FastGate.Proxy.Attempts;

/// <summary>What waiting for more of a response gave.</summary>
internal enum UpstreamRead : byte
{
    /// <summary>More octets.</summary>
    Data,

    /// <summary>The provider closed or reset the connection; the last octets may have come with it.</summary>
    End,

    /// <summary>The armed deadline passed.</summary>
    Expired,

    /// <summary>The client went away.</summary>
    ClientGone,
}

namespace FastGate.Proxy.Streams;

/// <summary>What is known of a stream after looking at what has come of it.</summary>
internal enum StreamState : byte
{
    /// <summary>It goes on: wait for more.</summary>
    Open,

    /// <summary>The answer is complete.</summary>
    Complete,

    /// <summary>It broke; <see cref="UpstreamStream.Fault"/> says how.</summary>
    Broken,
}

namespace FastGate.Proxy.Upstream;

/// <summary>How long each phase of an upstream call may take. <see cref="Timeout.InfiniteTimeSpan"/> means without limit.</summary>
/// <param name="Connect">Name resolution, TCP and TLS together.</param>
/// <param name="FirstByte">From the request's last byte to the response head.</param>
/// <param name="FirstToken">From a stream's head to its first content event.</param>
/// <param name="Stall">Between two events of a stream; comments do not count.</param>
/// <param name="Total">The whole call.</param>
public sealed record UpstreamTimeouts(TimeSpan Connect, TimeSpan FirstByte, TimeSpan FirstToken, TimeSpan Stall, TimeSpan Total)
{
    /// <summary>The contract's defaults.</summary>
    public static readonly UpstreamTimeouts Default = new(
        TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(10));
}

using FastGate.Providers.Classification;
using FastGate.Routing.Outcomes;

namespace FastGate.Proxy.Attempts;

/// <summary>Names what happened to an attempt in the classes that routing decides by.</summary>
internal static class FailureClassing
{
    /// <summary>The class of a failure without an answer.</summary>
    internal static FailureClass Of(AttemptFault fault) => fault switch
    {
        AttemptFault.None => FailureClass.None,
        AttemptFault.Connect or AttemptFault.ConnectTimeout or AttemptFault.PoolExhausted => FailureClass.Connect,
        AttemptFault.Reset => FailureClass.Reset,
        AttemptFault.FirstByteTimeout or AttemptFault.Deadline or AttemptFault.TotalTimeout => FailureClass.Timeout,
        AttemptFault.FirstTokenTimeout => FailureClass.SlowFirstToken,
        AttemptFault.Cut => FailureClass.StreamCut,
        AttemptFault.Stall => FailureClass.Stall,
        AttemptFault.StreamError => FailureClass.Upstream5xx,
        AttemptFault.ContentFiltered => FailureClass.ContentPolicy,
        AttemptFault.OtherAnswer => FailureClass.Quality,
        _ => FailureClass.Malformed,
    };

    /// <summary>The class of a provider's answer.</summary>
    internal static FailureClass Of(VerdictKind verdict) => verdict switch
    {
        VerdictKind.Answer => FailureClass.None,
        VerdictKind.RateLimited => FailureClass.RateLimited,
        VerdictKind.Auth => FailureClass.Auth,
        VerdictKind.ContextWindow => FailureClass.ContextWindow,
        VerdictKind.ContentPolicy => FailureClass.ContentPolicy,
        VerdictKind.ModelNotFound => FailureClass.ModelNotFound,
        VerdictKind.NotSupported => FailureClass.NotSupported,
        VerdictKind.BadRequest => FailureClass.BadRequest,
        VerdictKind.Upstream5xx => FailureClass.Upstream5xx,
        _ => FailureClass.Malformed,
    };
}

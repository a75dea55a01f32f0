namespace FastGate.Routing.Outcomes;

/// <summary>Names and properties of <see cref="FailureClass"/>.</summary>
public static class FailureClasses
{
    private static readonly string[] Names =
    [
        "none", "connect", "reset", "timeout", "slow_first_token", "stall", "stream_cut", "upstream_5xx", "rate_limited", "auth",
        "context_window", "content_policy", "model_not_found", "not_supported", "bad_request", "malformed", "guardrail", "quality", "budget",
    ];

    /// <summary>How many values <see cref="FailureClass"/> has, <see cref="FailureClass.None"/> included.</summary>
    public static int Count => Names.Length;

    /// <summary>The snake_case name used in configuration, metrics, spans and headers. Allocates nothing.</summary>
    /// <param name="failure">The class; <see cref="FailureClass.None"/> gives <c>none</c>.</param>
    public static string Name(FailureClass failure) => Names[(int)failure];

    /// <summary>Finds the class of a snake_case name, exactly as written.</summary>
    /// <param name="name">The name, for instance <c>rate_limited</c>.</param>
    /// <param name="failure">The class; <see cref="FailureClass.None"/> when the name is unknown.</param>
    /// <returns>Whether the name is that of a failure (<c>none</c> is not).</returns>
    public static bool TryParse(ReadOnlySpan<char> name, out FailureClass failure)
    {
        for (int i = 1; i < Names.Length; i++)
        {
            if (name.SequenceEqual(Names[i]))
            {
                failure = (FailureClass)i;
                return true;
            }
        }

        failure = FailureClass.None;
        return false;
    }

    /// <summary>
    /// What the class says about the target's health (failover.md, 1 and 4): a 4xx never counts as ill health, except
    /// that a rate limit is its own signal and an authentication failure is the key's.
    /// </summary>
    /// <param name="failure">The class.</param>
    public static HealthSignal Signal(FailureClass failure) => failure switch
    {
        FailureClass.None => HealthSignal.Success,
        FailureClass.Connect or FailureClass.Reset or FailureClass.Timeout or FailureClass.SlowFirstToken or FailureClass.Stall
            or FailureClass.StreamCut or FailureClass.Upstream5xx or FailureClass.Malformed => HealthSignal.Failure,
        FailureClass.RateLimited => HealthSignal.RateLimited,
        _ => HealthSignal.Neutral,
    };
}

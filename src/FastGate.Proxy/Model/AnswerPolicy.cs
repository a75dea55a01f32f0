namespace FastGate.Proxy.Model;

/// <summary>What a route does with answers that were given before, and when none can be had.</summary>
public sealed record AnswerPolicy
{
    /// <summary>Idempotency keys honoured for a minute, and nothing else.</summary>
    public static AnswerPolicy Default { get; } = new();

    /// <summary>How long the answer to a request with a key is kept; zero: keys are not looked at.</summary>
    public TimeSpan IdempotencyTtl { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether every request without a key gets one made of its content.</summary>
    public bool IdempotencyAuto { get; init; }

    /// <summary>How old a stored answer may be that is given instead of asking a provider; zero: none is.</summary>
    public TimeSpan CacheTtl { get; init; }

    /// <summary>How old a stored answer may be that is given when no target could answer; zero: none is.</summary>
    public TimeSpan StaleLimit { get; init; }

    /// <summary>The answer given when nothing else can be; null: the error.</summary>
    public ManualAnswer? Manual { get; init; }

    /// <summary>Who is asked for an answer before <see cref="Manual"/> is given; null: nobody.</summary>
    public WebhookSettings? Webhook { get; init; }

    /// <summary>Whether answers are stored.</summary>
    internal bool Stores => CacheTtl > TimeSpan.Zero || StaleLimit > TimeSpan.Zero;

    /// <summary>Whether every request is held against what was answered before, even one without a key.</summary>
    internal bool ConcernsAll => IdempotencyAuto || Stores;
}

/// <summary>A fixed answer.</summary>
/// <param name="Status">Its status, 200 to 599. From 400 on it is an error with the content as its message.</param>
/// <param name="Content">Its text; <c>{route}</c>, <c>{reason}</c> and <c>{request_id}</c> in it are replaced.</param>
public sealed record ManualAnswer(int Status, string Content);

/// <summary>Somebody who is asked for an answer when no target could give one.</summary>
/// <param name="Url">Where the facts are posted to.</param>
/// <param name="Timeout">How long the answer may take.</param>
/// <param name="Key">Sent as <c>Authorization: Bearer</c>; null: nothing is.</param>
/// <param name="IncludeRequest">Whether the client's request body is among the facts.</param>
public sealed record WebhookSettings(Uri Url, TimeSpan Timeout, string? Key, bool IncludeRequest)
{
    /// <summary>Never shows the key.</summary>
    public override string ToString() => $"webhook {Url}";
}

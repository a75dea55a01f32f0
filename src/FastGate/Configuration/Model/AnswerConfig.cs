namespace FastGate.Configuration;

/// <summary>What is done with idempotency keys.</summary>
internal sealed record IdempotencyConfig
{
    /// <summary>How long the answer to a request with a key is kept; zero: keys are not looked at.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether requests without a key get one made of their content.</summary>
    public bool Auto { get; init; }
}

/// <summary>Stored answers that are given instead of asking a provider.</summary>
internal sealed record CacheConfig
{
    /// <summary>How old they may be; zero: none are given.</summary>
    public TimeSpan Ttl { get; init; }
}

/// <summary>What is answered when no target could.</summary>
internal sealed record LastResortConfig
{
    /// <summary>How old a stored answer may be that is given then; zero: none is.</summary>
    public TimeSpan Cache { get; init; }

    /// <summary>A fixed answer; null: the error.</summary>
    public ManualConfig? Manual { get; init; }

    /// <summary>Who is asked for an answer; null: nobody.</summary>
    public WebhookConfig? Webhook { get; init; }
}

/// <summary>A fixed answer.</summary>
internal sealed record ManualConfig
{
    /// <summary>Its status, 200 or from 400 on.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Its text.</summary>
    public string Content { get; init; } = "";
}

/// <summary>Somebody who is asked for an answer.</summary>
internal sealed record WebhookConfig
{
    /// <summary>Where the facts are posted to.</summary>
    public Uri Url { get; init; } = new("http://localhost");

    /// <summary>How long its answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What it is sent as a bearer token; null: nothing.</summary>
    public Secret? Key { get; init; }

    /// <summary>Whether the client's request is among the facts.</summary>
    public bool IncludeRequest { get; init; }
}

/// <summary>The bounds of what is remembered.</summary>
internal sealed record StoresConfig
{
    /// <summary>What is kept for idempotency keys.</summary>
    public IdempotencyStoreConfig Idempotency { get; init; } = new();

    /// <summary>Stored answers.</summary>
    public AnswerStoreConfig Answers { get; init; } = new();
}

/// <summary>The bounds of what is kept for idempotency keys.</summary>
internal sealed record IdempotencyStoreConfig
{
    /// <summary>Keys at most.</summary>
    public int Entries { get; init; } = 10_000;

    /// <summary>Octets of all answers together.</summary>
    public long Bytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Octets of one answer.</summary>
    public int Answer { get; init; } = 4 * 1024 * 1024;
}

/// <summary>The bounds and the place of stored answers.</summary>
internal sealed record AnswerStoreConfig
{
    /// <summary>Octets in memory.</summary>
    public long Bytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>The database behind the memory; null: none.</summary>
    public string? Path { get; init; }

    /// <summary>Octets in the database.</summary>
    public long DiskBytes { get; init; } = 1024L * 1024 * 1024;
}

namespace FastGate.MockProvider;

/// <summary>One call the server saw, as it stood when the log was read.</summary>
public sealed record MockCall
{
    /// <summary>1 for the first call since the start or the last reset.</summary>
    public required long Number { get; init; }

    /// <summary>When the whole request had arrived.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The request method.</summary>
    public required string Method { get; init; }

    /// <summary>The request path, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>The request headers in order of arrival; of a credential only the last four characters are kept.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>The number of the connection the call came on, 1 for the first one accepted.</summary>
    public required long Connection { get; init; }

    /// <summary>The decoded body's length in bytes.</summary>
    public required int BodyBytes { get; init; }

    /// <summary>SHA-256 of the decoded body, lower-case hex.</summary>
    public required string BodySha256 { get; init; }

    /// <summary>The decoded body, cut off after 64 KiB.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The model the request named; null until that is known, or when it names none.</summary>
    public string? Model { get; init; }

    /// <summary>Whether the request asked for a stream.</summary>
    public bool Stream { get; init; }

    /// <summary>The status of the response; 0 while no head has been sent.</summary>
    public int Status { get; init; }

    /// <summary>Server-sent events written so far; comments do not count.</summary>
    public int EventsSent { get; init; }

    /// <summary>
    /// The whole answer was produced and sent, to its finish reason: a call that a provider bills in full. Neither an error nor an answer that was
    /// cut, stalled or abandoned is.
    /// </summary>
    public bool Completed { get; init; }

    /// <summary>The request's <c>mock_tag</c>.</summary>
    public string? Tag { get; init; }

    /// <summary>The request's <c>Idempotency-Key</c>, as it arrived.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The client went away before the answer was whole.</summary>
    public bool Aborted { get; init; }

    /// <summary>The server has nothing more to do for this call.</summary>
    public bool Done { get; init; }

    /// <summary>From the arrival of the whole request to <see cref="Done"/>; zero until then.</summary>
    public TimeSpan Duration { get; init; }
}

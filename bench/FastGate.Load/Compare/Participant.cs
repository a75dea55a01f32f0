namespace FastGate.Load.Compare;

/// <summary>One side of a comparison while it runs: where it listens, which processes it is, and what its requests carry.</summary>
/// <param name="Name">Its name in the tables.</param>
/// <param name="Port">Of the loopback address.</param>
/// <param name="Pids">Its processes; none for the upstream itself, which has no proxy to account for.</param>
/// <param name="IsTls">Clients speak TLS to it.</param>
internal sealed record Participant(string Name, int Port, IReadOnlyList<int> Pids, bool IsTls)
{
    /// <summary>The name of the upstream asked without a proxy.</summary>
    public const string Direct = "direct";

    /// <summary>The port of the gateway's control plane; 0 for everybody else.</summary>
    public int AdminPort { get; init; }

    /// <summary>Request headers, as <c>name: value</c>.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>A header with another value in every request; empty for none.</summary>
    public string UniqueHeader { get; init; } = string.Empty;

    /// <summary>Resident bytes when it had answered its first request and nothing else.</summary>
    public long ResidentAtStart { get; init; }

    /// <summary>Where the chat requests go.</summary>
    public string Url => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{(IsTls ? "https" : "http")}://127.0.0.1:{Port}/v1/chat/completions");
}

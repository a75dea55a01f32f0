using System.Collections.Immutable;

namespace FastGate.Configuration;

/// <summary>A name clients send as <c>model</c>, and where such requests go.</summary>
internal sealed record RouteConfig
{
    /// <summary>The name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where its requests go.</summary>
    public ImmutableArray<TargetConfig> Targets { get; init; } = [];

    /// <summary>How they are treated.</summary>
    public RoutePolicy Policy { get; init; } = new();
}

/// <summary>The keys a route and <c>defaults</c> share.</summary>
internal sealed record RoutePolicy
{
    /// <summary>Until the first token, all attempts together.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>A provider and one of its models.</summary>
internal sealed record TargetConfig
{
    /// <summary>The provider's name.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The model as the provider calls it; may contain slashes.</summary>
    public string Model { get; init; } = "";

    public override string ToString() => $"{Provider}/{Model}";
}

namespace FastGate.Configuration;

/// <summary>A provider and one of its models.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="Model">The model as the provider calls it; may contain slashes.</param>
internal readonly record struct TargetName(string Provider, string Model)
{
    public override string ToString() => $"{Provider}/{Model}";
}

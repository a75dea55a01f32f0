using FastGate.Proxy.Model;

namespace FastGate.Proxy.Catalog;

/// <summary>One model that a provider lists.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Model">The model as the provider calls it.</param>
/// <param name="Created">When the provider says it was made, in Unix seconds; 0 if it does not say.</param>
internal sealed record CatalogModel(Provider Provider, string Model, long Created)
{
    /// <summary><c>provider/model</c>.</summary>
    internal string Name { get; } = $"{Provider.Name}/{Model}";
}

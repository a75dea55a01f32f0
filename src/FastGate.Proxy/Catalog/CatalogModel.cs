using FastGate.Proxy.Model;

namespace FastGate.Proxy.Catalog;

/// <summary>One model that a provider lists.</summary>
/// <param name="Target">The model and its provider.</param>
/// <param name="Created">When the provider says it was made, in Unix seconds; 0 if it does not say.</param>
internal sealed record CatalogModel(Target Target, long Created);

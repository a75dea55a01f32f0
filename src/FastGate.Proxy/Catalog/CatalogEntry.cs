using System.Collections.Immutable;

namespace FastGate.Proxy.Catalog;

/// <summary>All that is listed under one bare model name.</summary>
/// <param name="Models">One for each provider that lists it; a bare name reaches a provider only when there is exactly one.</param>
internal sealed record CatalogEntry(ImmutableArray<CatalogModel> Models);

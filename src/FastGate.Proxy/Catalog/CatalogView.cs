using System.Collections.Immutable;
using FastGate.Proxy.Lookup;

namespace FastGate.Proxy.Catalog;

/// <summary>What the providers list, as of one moment. Immutable.</summary>
/// <param name="Models">Every model of every provider, in the order of the configuration.</param>
/// <param name="ByName">The same by bare name.</param>
/// <param name="ByTarget">The same by <c>provider/model</c>.</param>
/// <param name="Unlisted">Names of the providers that have not told their models (yet).</param>
internal sealed record CatalogView(
    ImmutableArray<CatalogModel> Models, Utf8Table<CatalogEntry> ByName, Utf8Table<CatalogModel> ByTarget, ImmutableArray<string> Unlisted)
{
    internal static readonly CatalogView Empty = new([], Utf8Table<CatalogEntry>.Empty, Utf8Table<CatalogModel>.Empty, []);
}

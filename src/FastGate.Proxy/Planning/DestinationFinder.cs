using System.Text;
using FastGate.Proxy.Catalog;
using FastGate.Proxy.Model;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Planning;

/// <summary>
/// Reads a request's model: the name of a route, else <c>provider/model</c>, else a model that a single provider lists.
/// </summary>
internal static class DestinationFinder
{
    internal static bool TryFind(GatewaySnapshot snapshot, CatalogView catalog, ReadOnlySpan<byte> model, out Destination destination)
    {
        if (snapshot.RoutesByName.Find(model) is { } route)
        {
            destination = new Destination(route.Plan, route, null);
            return true;
        }

        UpstreamTarget? target = FindTarget(snapshot, catalog, model);
        destination = target is null ? default : new Destination(target.DirectPlan, null, target);
        return target is not null;
    }

    /// <summary>The target of <c>provider/model</c>, or of a bare name that a single provider lists; null when there is none.</summary>
    internal static UpstreamTarget? FindTarget(GatewaySnapshot snapshot, CatalogView catalog, ReadOnlySpan<byte> model)
    {
        int slash = model.IndexOf((byte)'/');
        if (slash > 0 && slash + 1 < model.Length && snapshot.ProvidersByName.Find(model[..slash]) is { } provider)
        {
            return provider.Targets.Get(model[(slash + 1)..]);
        }

        return catalog.ByName.Find(model) is { Models: [CatalogModel only] } && snapshot.ProvidersByName.Find(only.Provider.NameUtf8) is { } lister
            ? lister.Targets.Get(only.Model)
            : null;
    }

    /// <summary>Why nothing was found, with what would have been.</summary>
    internal static GatewayError NotFound(GatewaySnapshot snapshot, CatalogView catalog, ReadOnlySpan<byte> model)
    {
        string name = Encoding.UTF8.GetString(model);
        if (catalog.ByName.Find(model) is { Models.Length: > 1 } several)
        {
            return GatewayError.ModelNotFound(name, $"Several providers have it: say which, as {string.Join(" or ", several.Models.Select(m => m.Name))}.");
        }

        string routes = snapshot.Routes.IsEmpty ? "There are no routes" : $"Routes: {string.Join(", ", snapshot.Routes.Take(10).Select(r => r.Name))}";
        string providers = string.Join(", ", snapshot.Providers.Take(10).Select(p => p.Name));
        string unlisted = catalog.Unlisted.IsEmpty ? "" : $" ({string.Join(", ", catalog.Unlisted)} did not list any models)";
        return GatewayError.ModelNotFound(name, $"{routes}; any model is reachable as provider/model with one of the providers {providers}{unlisted}. GET /v1/models lists what there is.");
    }
}

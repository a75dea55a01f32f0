using System.Buffers;
using System.Text;
using System.Text.Json;
using FastGate.Proxy.Model;

namespace FastGate.Proxy.Catalog;

/// <summary>Writes the answers to <c>GET /v1/models</c> and <c>/v1/models/{id}</c>: routes first, then what the providers list.</summary>
internal static class ModelDocument
{
    internal static ReadOnlyMemory<byte> List(GatewaySnapshot snapshot, CatalogView catalog)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (Route route in snapshot.Routes)
            {
                Write(json, route.Name, 0, "fastgate");
            }

            foreach (CatalogModel model in catalog.Models)
            {
                Write(json, model.Target.Name, model.Created, model.Target.Provider.Name);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>One model: a route, a <c>provider/model</c> that is listed, or a bare name that a single provider lists; else null.</summary>
    internal static ReadOnlyMemory<byte>? Single(GatewaySnapshot snapshot, CatalogView catalog, string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        if (snapshot.RoutesByName.Find(utf8) is { } route)
        {
            return Document(route.Name, 0, "fastgate");
        }

        CatalogModel? model = catalog.ByTarget.Find(utf8) ?? (catalog.ByName.Find(utf8) is { Models: [CatalogModel only] } ? only : null);
        if (model is null)
        {
            // Not in a conditional expression: there null would become an empty memory.
            return null;
        }

        return Document(name, model.Created, model.Target.Provider.Name);
    }

    /// <summary>The name in the rest of the path, percent-encoding undone (RFC 3986 §2.1).</summary>
    internal static string NameIn(ReadOnlySpan<byte> rest) => Uri.UnescapeDataString(Encoding.ASCII.GetString(rest));

    private static ReadOnlyMemory<byte> Document(string id, long created, string owner)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, id, created, owner);
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, string id, long created, string owner)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("object", "model");
        json.WriteNumber("created", created);
        json.WriteString("owned_by", owner);
        json.WriteEndObject();
    }
}

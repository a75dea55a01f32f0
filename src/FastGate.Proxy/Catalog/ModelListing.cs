using System.Collections.Immutable;
using System.Text.Json;

namespace FastGate.Proxy.Catalog;

/// <summary>Reads a provider's answer to <c>GET /models</c>: <c>{"data":[{"id","created"}, …]}</c>, or the bare array that some give.</summary>
internal static class ModelListing
{
    /// <summary>The listed models, or null when the body is no such list.</summary>
    internal static ImmutableArray<(string Id, long Created)>? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            JsonElement list = document.RootElement;
            if (list.ValueKind == JsonValueKind.Object && !list.TryGetProperty("data", out list))
            {
                return null;
            }

            if (list.ValueKind != JsonValueKind.Array)
            {
                return null;
            }

            ImmutableArray<(string, long)>.Builder models = ImmutableArray.CreateBuilder<(string, long)>(list.GetArrayLength());
            foreach (JsonElement model in list.EnumerateArray())
            {
                if (model.ValueKind == JsonValueKind.Object && model.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.String)
                {
                    bool dated = model.TryGetProperty("created", out JsonElement created) && created.ValueKind == JsonValueKind.Number;
                    models.Add((id.GetString()!, dated && created.TryGetInt64(out long seconds) ? seconds : 0));
                }
            }

            return models.ToImmutable();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

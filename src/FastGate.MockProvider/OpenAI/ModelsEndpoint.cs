using System.Text.Json;
using FastGate.MockProvider.Delivery;

namespace FastGate.MockProvider.OpenAI;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>.</summary>
internal static class ModelsEndpoint
{
    // 2024-01-01: a list that never changes has no reason to look newer at every start.
    private const long Created = 1_704_067_200;

    internal static Answer Answer(OpenAiCall call)
    {
        string id = Uri.UnescapeDataString(call.Request.Path["/v1/models".Length..].TrimStart('/'));
        if (id.Length > 0 && !call.Planner.Knows(id))
        {
            throw OpenAiRejection.UnknownModel(id);
        }

        return new WholeAnswer(200, "application/json", Json.Bytes(writer =>
        {
            if (id.Length > 0)
            {
                Write(writer, id, call.Options.Name);
                return;
            }

            writer.WriteStartObject();
            writer.WriteString("object", "list");
            writer.WriteStartArray("data");
            foreach (string model in call.Planner.Models)
            {
                Write(writer, model, call.Options.Name);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }), []);
    }

    private static void Write(Utf8JsonWriter writer, string id, string owner)
    {
        writer.WriteStartObject();
        writer.WriteString("id", id);
        writer.WriteString("object", "model");
        writer.WriteNumber("created", Created);
        writer.WriteString("owned_by", owner);
        writer.WriteEndObject();
    }
}

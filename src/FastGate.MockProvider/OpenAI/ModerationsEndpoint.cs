using System.Text.Json;
using FastGate.MockProvider.Delivery;

namespace FastGate.MockProvider.OpenAI;

/// <summary><c>POST /v1/moderations</c>: an input is flagged for every category whose name it contains.</summary>
internal static class ModerationsEndpoint
{
    private static readonly string[] Categories =
    [
        "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm", "self-harm/instructions", "self-harm/intent", "sexual",
        "sexual/minors", "violence", "violence/graphic",
    ];

    internal static readonly IReadOnlySet<string> Fields = new HashSet<string>(StringComparer.Ordinal) { "input", "model", "metadata" };

    internal static Answer Answer(OpenAiCall call)
    {
        List<string> inputs = Read(call.Body);
        return new WholeAnswer(200, "application/json", Json.Bytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id", call.NewId("modr-"));
            writer.WriteString("model", call.Model.Length > 0 ? call.Model : "omni-moderation-latest");
            writer.WriteStartArray("results");
            foreach (string input in inputs)
            {
                Write(writer, input);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }), []);
    }

    /// <summary>Strings are judged one by one; an array of parts (text and images) is one input.</summary>
    private static List<string> Read(RequestFields body)
    {
        JsonElement input = body.Required("input");
        if (input.ValueKind != JsonValueKind.Array || input.GetArrayLength() == 0 || input[0].ValueKind != JsonValueKind.Object)
        {
            return PromptText.Read(body, "input");
        }

        var text = new System.Text.StringBuilder();
        int index = 0;
        foreach (JsonElement element in input.EnumerateArray())
        {
            var part = RequestFields.Of(element, $"input[{index++}]");
            part.Required("type");
            if (part.OneOf("type", "text", "image_url") == "text")
            {
                text.Append(part.RequiredText("text")).Append('\n');
            }
            else
            {
                ChatMessages.CheckImage(part.RequiredObject("image_url"));
            }
        }

        return [text.ToString()];
    }

    private static void Write(Utf8JsonWriter writer, string input)
    {
        bool Hits(string category) => input.Contains(category, StringComparison.OrdinalIgnoreCase);
        writer.WriteStartObject();
        writer.WriteBoolean("flagged", Categories.Any(Hits));
        writer.WriteStartObject("categories");
        foreach (string category in Categories)
        {
            writer.WriteBoolean(category, Hits(category));
        }

        writer.WriteEndObject();
        writer.WriteStartObject("category_scores");
        foreach (string category in Categories)
        {
            writer.WriteNumber(category, Hits(category) ? 0.96875 : 0.0009765625);
        }

        writer.WriteEndObject();
        writer.WriteStartObject("category_applied_input_types");
        foreach (string category in Categories)
        {
            writer.WriteStartArray(category);
            writer.WriteStringValue("text");
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}

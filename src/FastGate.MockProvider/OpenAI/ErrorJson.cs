using System.Text.Json;
using FastGate.MockProvider.Behaviours;
using FastGate.MockProvider.Delivery;

namespace FastGate.MockProvider.OpenAI;

/// <summary>The body of a refusal: OpenAI's, or that of a provider that says it in another shape.</summary>
internal static class ErrorJson
{
    internal static WholeAnswer Answer(OpenAiRejection rejection) => new(rejection.Status, "application/json", Json.Bytes(writer => Write(writer, rejection)), []);

    private static void Write(Utf8JsonWriter writer, OpenAiRejection rejection)
    {
        writer.WriteStartObject();
        switch (rejection.Shape)
        {
            case PrefillRefusal.Anthropic:
                writer.WriteString("type", "error");
                writer.WriteStartObject("error");
                writer.WriteString("type", rejection.Type);
                writer.WriteString("message", rejection.Message);
                writer.WriteEndObject();
                break;
            case PrefillRefusal.Mistral:
                writer.WriteString("object", "error");
                WriteFields(writer, rejection);
                break;
            case PrefillRefusal.Perplexity:
                writer.WriteStartObject("error");
                writer.WriteString("message", rejection.Message);
                writer.WriteString("type", rejection.Type);
                writer.WriteNumber("code", rejection.Status);
                writer.WriteEndObject();
                break;
            default:
                writer.WriteStartObject("error");
                WriteFields(writer, rejection);
                if (rejection.AzureFilter)
                {
                    WriteFilter(writer, rejection);
                }

                writer.WriteEndObject();
                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter writer, OpenAiRejection rejection)
    {
        writer.WriteString("message", rejection.Message);
        writer.WriteString("type", rejection.Type);
        writer.WriteString("param", rejection.Param);
        writer.WriteString("code", rejection.Code);
    }

    private static void WriteFilter(Utf8JsonWriter writer, OpenAiRejection rejection)
    {
        writer.WriteNumber("status", rejection.Status);
        writer.WriteStartObject("innererror");
        writer.WriteString("code", "ResponsibleAIPolicyViolation");
        writer.WriteStartObject("content_filter_result");
        foreach (string category in (string[])["hate", "self_harm", "sexual", "violence"])
        {
            writer.WriteStartObject(category);
            writer.WriteBoolean("filtered", category == "violence");
            writer.WriteString("severity", category == "violence" ? "high" : "safe");
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}

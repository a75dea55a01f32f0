using FastGate.MockProvider.Delivery;

namespace FastGate.MockProvider.OpenAI;

/// <summary>The body of a refusal.</summary>
internal static class ErrorJson
{
    internal static WholeAnswer Answer(OpenAiRejection rejection) => new(
        rejection.Status,
        "application/json",
        Json.Bytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error");
            writer.WriteString("message", rejection.Message);
            writer.WriteString("type", rejection.Type);
            writer.WriteString("param", rejection.Param);
            writer.WriteString("code", rejection.Code);
            if (rejection.AzureFilter)
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

            writer.WriteEndObject();
            writer.WriteEndObject();
        }),
        []);
}

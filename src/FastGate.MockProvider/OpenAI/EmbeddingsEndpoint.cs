using System.Runtime.InteropServices;
using FastGate.MockProvider.Delivery;
using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary><c>POST /v1/embeddings</c>: unit vectors that depend on the words, so texts that share words lie nearer to each other.</summary>
internal static class EmbeddingsEndpoint
{
    private const int DefaultDimensions = 1536;

    internal static readonly IReadOnlySet<string> Fields = new HashSet<string>(StringComparer.Ordinal)
    {
        "input", "model", "dimensions", "encoding_format", "metadata", "user",
    };

    internal static Answer Answer(OpenAiCall call)
    {
        RequestFields body = call.Body;
        List<string> inputs = PromptText.Read(body, "input");
        int dimensions = body.Whole("dimensions", 1, 3072) ?? DefaultDimensions;
        bool base64 = body.OneOf("encoding_format", "float", "base64") == "base64";
        if (inputs.Exists(string.IsNullOrEmpty))
        {
            throw OpenAiRejection.Invalid("Invalid 'input': input cannot be an empty string.", "input");
        }

        call.PromptTokens = inputs.Sum(input => Tokens.Count(input));
        return new WholeAnswer(200, "application/json", Json.Bytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("object", "list");
            writer.WriteStartArray("data");
            for (int i = 0; i < inputs.Count; i++)
            {
                float[] vector = Embed(inputs[i], dimensions);
                writer.WriteStartObject();
                writer.WriteString("object", "embedding");
                writer.WriteNumber("index", i);
                if (base64)
                {
                    // Little-endian float32, as the service sends it whatever the reader's byte order.
                    writer.WriteBase64String("embedding", MemoryMarshal.AsBytes<float>(vector));
                }
                else
                {
                    writer.WriteStartArray("embedding");
                    foreach (float one in vector)
                    {
                        writer.WriteNumberValue(one);
                    }

                    writer.WriteEndArray();
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteString("model", call.Model);
            UsageJson.WritePrompt(writer, call.PromptTokens);
            writer.WriteEndObject();
        }), []);
    }

    private static float[] Embed(string text, int dimensions)
    {
        float[] vector = new float[dimensions];
        foreach (string token in Tokens.Split(text.ToLowerInvariant()))
        {
            var random = StableRandom.From(token.AsSpan().Trim());
            for (int i = 0; i < dimensions; i++)
            {
                vector[i] += (float)(random.Unit() - 0.5);
            }
        }

        float length = MathF.Sqrt(vector.Sum(one => one * one));
        for (int i = 0; i < dimensions && length > 0; i++)
        {
            vector[i] /= length;
        }

        return vector;
    }
}

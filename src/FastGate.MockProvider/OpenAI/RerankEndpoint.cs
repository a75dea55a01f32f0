using System.Text.Json;
using FastGate.MockProvider.Delivery;
using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary><c>POST /v1/rerank</c> in the form Cohere, Jina and vLLM share: a document scores by the share of the query's words it has.</summary>
internal static class RerankEndpoint
{
    internal static readonly IReadOnlySet<string> Fields = new HashSet<string>(StringComparer.Ordinal)
    {
        "model", "query", "documents", "max_tokens_per_doc", "metadata", "return_documents", "top_n",
    };

    internal static Answer Answer(OpenAiCall call)
    {
        RequestFields body = call.Body;
        string query = body.RequiredText("query");
        List<string> documents = [.. body.RequiredArray("documents", "an array of strings or objects").EnumerateArray().Select(TextOf)];
        int top = Math.Min(body.Whole("top_n", 1, int.MaxValue) ?? documents.Count, documents.Count);
        bool withDocuments = body.Flag("return_documents");
        HashSet<string> wanted = Words(query);
        var ranked = documents.Select((text, index) => (Text: text, Index: index, Score: Score(wanted, text))).OrderByDescending(one => one.Score).ThenBy(one => one.Index).Take(top);
        call.PromptTokens = Tokens.Count(query) + documents.Sum(document => Tokens.Count(document));
        return new WholeAnswer(200, "application/json", Json.Bytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id", call.NewId("rerank-"));
            writer.WriteString("model", call.Model);
            writer.WriteStartArray("results");
            foreach ((string text, int index, double score) in ranked)
            {
                writer.WriteStartObject();
                writer.WriteNumber("index", index);
                writer.WriteNumber("relevance_score", score);
                if (withDocuments)
                {
                    writer.WriteStartObject("document");
                    writer.WriteString("text", text);
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            UsageJson.WritePrompt(writer, call.PromptTokens);
            writer.WriteEndObject();
        }), []);
    }

    private static string TextOf(JsonElement document, int index) => document.ValueKind == JsonValueKind.String
        ? document.GetString()!
        : RequestFields.Of(document, $"documents[{index}]").RequiredText("text");

    private static HashSet<string> Words(string text) => [.. Tokens.Split(text.ToLowerInvariant()).Select(word => word.Trim()).Where(word => word.Length > 0)];

    private static double Score(HashSet<string> wanted, string text) => Math.Round((double)Words(text).Count(wanted.Contains) / Math.Max(1, wanted.Count), 6);
}

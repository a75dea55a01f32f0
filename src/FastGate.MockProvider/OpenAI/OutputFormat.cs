using System.Text.Json;
using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary>The form an answer must have: text, any JSON object, or JSON that satisfies a schema.</summary>
internal sealed class OutputFormat
{
    private readonly string _type;
    private readonly JsonElement? _schema;

    private OutputFormat(string type, JsonElement? schema)
    {
        _type = type;
        _schema = schema;
    }

    internal bool IsText => _type == "text";

    /// <param name="format"><c>response_format</c>, or <c>text.format</c> of Responses; null when absent.</param>
    /// <param name="nested">Chat Completions puts the schema in <c>json_schema</c>, Responses beside <c>type</c>.</param>
    /// <param name="mentionsJson">The messages contain the word JSON, which <c>json_object</c> demands.</param>
    internal static OutputFormat Read(RequestFields? format, bool nested, bool mentionsJson)
    {
        if (format is not { } fields)
        {
            return new OutputFormat("text", null);
        }

        fields.Required("type");
        string type = fields.OneOf("type", "text", "json_object", "json_schema")!;
        if (type == "json_object" && !mentionsJson)
        {
            string what = nested ? "messages" : "input";
            throw OpenAiRejection.Invalid($"'{what}' must contain the word 'json' in some form, to use '{fields.PathOf("type")}' of type 'json_object'.", what);
        }

        if (type != "json_schema")
        {
            return new OutputFormat(type, null);
        }

        RequestFields named = nested ? fields.RequiredObject("json_schema") : fields;
        string name = named.RequiredText("name");
        named.RequiredObject("schema");
        JsonElement schema = named.Required("schema");
        if (named.Flag("strict"))
        {
            StrictSchema.Check(schema, name, "response_format", nested ? "response_format" : "text.format.schema");
        }

        return new OutputFormat(type, schema);
    }

    /// <summary>The answer in this form; an echo is exact in any.</summary>
    internal string Shape(string answer, string question) =>
        question.StartsWith("echo: ", StringComparison.Ordinal) ? answer
        : _schema is { } schema ? SchemaSample.Compose(schema, question)
        : _type == "json_object" ? System.Text.Encoding.UTF8.GetString(Json.Bytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("answer", answer);
            writer.WriteEndObject();
        }))
        : answer;
}

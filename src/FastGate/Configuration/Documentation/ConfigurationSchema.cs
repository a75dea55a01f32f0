using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FastGate.Configuration.Keys;
using FastGate.Configuration.Reading;

namespace FastGate.Configuration.Documentation;

/// <summary>The JSON Schema of the configuration (draft 2020-12), from the table of keys.</summary>
internal static class ConfigurationSchema
{
    /// <summary>The schema, indented, with a newline at its end.</summary>
    public static string Write()
    {
        using MemoryStream bytes = new();
        // Meant for files, not for HTML: quotes and angle brackets stay readable.
        JsonWriterOptions options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (Utf8JsonWriter json = new(bytes, options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", "FastGate configuration");
            SectionSchema.WriteMembers(json, GatewayKeys.Root);
            json.WriteStartObject("$defs");
            foreach (ISharedShape shared in GatewayKeys.Shared)
            {
                json.WriteStartObject(shared.DefinitionName);
                shared.WriteDefinition(json);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length) + "\n";
    }
}

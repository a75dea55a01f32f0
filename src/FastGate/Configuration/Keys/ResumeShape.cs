using System.Text.Json;
using FastGate.Configuration.Reading;
using FastGate.Proxy.Model;

namespace FastGate.Configuration.Keys;

/// <summary>Which streams can be resumed.</summary>
internal sealed class ResumeShape : ScalarShape<StreamResume>
{
    public override string TypeName => "`true`, `always` or `false`";

    protected override string Expected => "true, always or false";

    protected override string? Pattern => null;

    public override string Format(StreamResume value) => value switch
    {
        StreamResume.WhenAsked => "true",
        StreamResume.Always => "always",
        _ => "false",
    };

    public override void WriteDefault(Utf8JsonWriter json, StreamResume value)
    {
        if (value == StreamResume.Always)
        {
            json.WriteStringValue("always");
        }
        else
        {
            json.WriteBooleanValue(value == StreamResume.WhenAsked);
        }
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("enum");
        json.WriteBooleanValue(true);
        json.WriteStringValue("always");
        json.WriteBooleanValue(false);
        json.WriteEndArray();
    }

    protected override StreamResume Parse(ScalarText text, out string? problem)
    {
        problem = text.Value is "true" or "always" or "false" ? null : $"{text.Shown} is neither true, always nor false";
        return text.Value switch
        {
            "always" => StreamResume.Always,
            "false" => StreamResume.Never,
            _ => StreamResume.WhenAsked,
        };
    }
}

using System.Text.Json;
using FastGate.Configuration.Reading;
using FastGate.Providers.Presets;

namespace FastGate.Configuration.Keys;

/// <summary>The kind of a provider.</summary>
internal sealed class KindShape : ScalarShape<string>
{
    public override string TypeName => "kind";

    protected override string Expected => "a kind of provider such as openai";

    protected override string? Pattern => null;

    public override string Format(string value) => value;

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("enum");
        foreach (ProviderPreset kind in ProviderKinds.All)
        {
            json.WriteStringValue(kind.Name);
        }

        json.WriteEndArray();
    }

    protected override string? Parse(ScalarText text, out string? problem)
    {
        problem = null;
        if (ProviderKinds.Find(text.Value) is { } kind)
        {
            return kind.Name;
        }

        foreach ((string name, string instead) in ProviderKinds.Later)
        {
            if (name == text.Value)
            {
                problem = $"kind '{name}' is not available in this version; {instead}";
                return null;
            }
        }

        string[] known = [.. ProviderKinds.All.Select(one => one.Name)];
        problem = NearestName.Of(text.Value, known) is { } nearest
            ? $"{text.Shown} is no known kind of provider; did you mean '{nearest}'?"
            : $"{text.Shown} is no known kind of provider; for one that speaks OpenAI's API write openai and its base_url; the known kinds are {string.Join(", ", known)}";
        return null;
    }
}

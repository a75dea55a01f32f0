using System.Globalization;
using System.Text;
using FastGate.Configuration.Keys;
using FastGate.Configuration.Reading;
using FastGate.Providers.Presets;

namespace FastGate.Configuration.Documentation;

/// <summary>The reference of all keys in Markdown, from the table of keys; the part of docs/configuration.md between the markers.</summary>
internal static class KeyReference
{
    /// <summary>The line before the reference.</summary>
    public const string Begin = "<!-- reference: generated from the table of keys; a test holds it in step -->";

    /// <summary>The line after the reference.</summary>
    public const string End = "<!-- end of reference -->";

    /// <summary>The reference, ending in a newline.</summary>
    public static string Write()
    {
        StringBuilder text = new();
        foreach (Section section in GatewayKeys.Root.WithInner())
        {
            Write(text, section);
        }

        WriteKinds(text);
        return text.ToString();
    }

    private static void Write(StringBuilder text, Section section)
    {
        text.Append(CultureInfo.InvariantCulture, $"### {(section.Title.Length == 0 ? "Top level" : $"`{section.Title}`")}\n\n{section.Description}\n\n");
        text.Append("| key | type | default | meaning |\n|---|---|---|---|\n");
        foreach (Key key in section.Keys)
        {
            string fallback = key.Required ? "required" : key.DefaultNote ?? (key.Default is null ? "" : $"`{key.Default}`");
            string type = key.Shape.Inner is { } inner ? $"{key.Shape.TypeName}, see `{inner.Title}`" : key.Shape.TypeName;
            text.Append(CultureInfo.InvariantCulture, $"| `{key.Name}` | {Cell(type)} | {Cell(fallback)} | {Cell(key.Description)} |\n");
        }

        text.Append('\n');
        if (section.LaterKeys.Any())
        {
            string keys = string.Join(", ", section.LaterKeys.Select(later => $"`{later.Name}`"));
            text.Append(CultureInfo.InvariantCulture, $"Not in this version, and refused: {keys}.\n\n");
        }
    }

    private static void WriteKinds(StringBuilder text)
    {
        text.Append("### Kinds\n\n| kind | base URL | key usually in |\n|---|---|---|\n");
        foreach (ProviderPreset kind in ProviderKinds.All)
        {
            string variable = kind.KeyVariable is null ? "needs none" : $"`{kind.KeyVariable}`";
            text.Append(CultureInfo.InvariantCulture, $"| [`{kind.Name}`]({kind.Documentation}) | `{kind.BaseUrl}` | {variable} |\n");
        }

        string later = string.Join(", ", ProviderKinds.Later.Select(kind => $"`{kind.Name}`"));
        text.Append(CultureInfo.InvariantCulture, $"\nNot in this version, and refused: {later}.\n\n");
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}

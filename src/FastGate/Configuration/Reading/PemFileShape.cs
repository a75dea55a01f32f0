using FastGate.Configuration.Yaml;

namespace FastGate.Configuration.Reading;

/// <summary>The path of a PEM file that must be there and hold what is expected of it.</summary>
/// <param name="label">The end of the PEM label to look for, for example "CERTIFICATE" (RFC 7468 §2).</param>
internal sealed class PemFileShape(string label) : ScalarShape<string>
{
    public override string TypeName => "path";

    protected override string Expected => "the path of a PEM file";

    protected override string? Pattern => null;

    protected override string? Parse(ScalarText text, out string? problem)
    {
        problem = text.Value.Length == 0 ? "is empty; write the path of a PEM file" : null;
        return text.Value;
    }

    protected override string Accept(string value, ConfigNode node, string path, ConfigReading reading, out string? problem)
    {
        string full = reading.FullPath(value);
        string? content = reading.FileText(node, path, full);
        problem = content is not null && !content.Contains($"{label}-----", StringComparison.Ordinal)
            ? $"names the file {full}, which holds no PEM block '{label}'; give the certificate and its key as PEM files"
            : null;
        return full;
    }
}

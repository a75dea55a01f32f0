using System.Globalization;
using System.Text.RegularExpressions;

namespace FastGate.Load.Compare;

/// <summary>The configurations of all programs, as templates: marks such as <c>@LISTEN@</c> are replaced by what a scenario asks for.</summary>
internal sealed partial class ConfigurationTemplate
{
    private readonly string _assets;
    private readonly string _work;
    private readonly Dictionary<string, string> _marks = new(StringComparer.Ordinal);

    public ConfigurationTemplate(
        string assets, Scenario scenario, string listen, string upstream, TestCertificate? certificate, string work, IReadOnlyDictionary<string, string>? set)
    {
        _assets = assets;
        _work = work;
        bool streams = scenario.Kind == ScenarioKind.Stream;
        int files = Machine.OpenFiles();
        _marks["LISTEN"] = listen;
        _marks["UPSTREAM"] = upstream;
        _marks["SCHEME"] = scenario.TlsOut ? "https" : "http";
        _marks["WORK"] = work;
        _marks["NO_DELAY"] = streams ? "option http-no-delay" : string.Empty;
        _marks["BUFFERING"] = streams ? "off" : "on";

        // Two descriptors for each connection carried, and some for the program itself.
        _marks["MAX_CONNECTIONS"] = Text(Math.Min(12_000, (files - 100) / 2));
        _marks["WORKER_CONNECTIONS"] = Text(Math.Min(Math.Max(4096, (2 * scenario.Connections) + 200), files - 100));
        if (scenario.TlsIn)
        {
            string both = certificate!.WriteTo(work);
            _marks["HAPROXY_BIND_TLS"] = $" ssl crt {both}";
            _marks["NGINX_LISTEN_TLS"] = " ssl";
            _marks["NGINX_SERVER_TLS"] = $"ssl_certificate {both}; ssl_certificate_key {both};";
            _marks["FASTGATE_TLS"] = $"tls: {{ cert: \"{both}\", key: \"{both}\" }}";
        }

        if (scenario.TlsOut)
        {
            string both = certificate!.WriteTo(work);
            _marks["HAPROXY_SERVER_TLS"] = $" ssl verify required ca-file {both}";
            _marks["NGINX_UPSTREAM_TLS"] = $"proxy_ssl_verify on; proxy_ssl_trusted_certificate {both}; proxy_ssl_name 127.0.0.1; proxy_ssl_session_reuse on;";
            _marks["FASTGATE_PROVIDER_TLS"] = $", tls: {{ ca: \"{both}\" }}";
        }

        foreach ((string mark, string text) in set ?? new Dictionary<string, string>())
        {
            _marks[mark.ToUpperInvariant()] = Fill(text);
        }
    }

    /// <summary>Writes the file with its marks replaced; a mark nobody has set becomes nothing.</summary>
    /// <returns>The path of what was written.</returns>
    public string Write(string file)
    {
        string path = Path.Combine(_work, file);
        File.WriteAllText(path, Fill(File.ReadAllText(Path.Combine(_assets, file))));
        return path;
    }

    /// <summary>Sets a mark.</summary>
    public ConfigurationTemplate With(string mark, string text)
    {
        _marks[mark] = text;
        return this;
    }

    /// <summary>A text with its marks replaced.</summary>
    public string Fill(string text) => Marks().Replace(text, match => _marks.GetValueOrDefault(match.Groups[1].Value, string.Empty));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("@([A-Z_]+)@")]
    private static partial Regex Marks();
}

using System.Globalization;

namespace FastGate.Load.Compare;

/// <summary>One of the proxies that are compared, plain or in a variant: where its program is, and how it is started in front of an upstream.</summary>
internal sealed class ProxyUnderTest
{
    /// <summary>All of them, in the order of the tables.</summary>
    public static readonly IReadOnlyList<string> Names = ["floor", "haproxy", "nginx", "gateway", "portkey"];

    private readonly CompareOptions _options;
    private readonly string _proxy;

    public ProxyUnderTest(string name, CompareOptions options, Variant? variant = null)
    {
        Name = name;
        Variant = variant;
        _options = options;
        _proxy = variant?.Proxy ?? name;
        Program = _proxy switch
        {
            "floor" => Path.GetFullPath(options.Floor),
            "gateway" => Path.GetFullPath(options.Gateway),
            "portkey" => FindOnPath("node"),
            _ => FindOnPath(_proxy),
        };
    }

    public string Name { get; }

    /// <summary>How it differs from the plain proxy; null when it does not.</summary>
    public Variant? Variant { get; }

    /// <summary>Its executable; may not exist.</summary>
    public string Program { get; }

    /// <summary>It is this project's gateway.</summary>
    public bool IsGateway => _proxy == "gateway";

    /// <summary>Why it cannot take part; null when it can.</summary>
    public string? Missing => _proxy switch
    {
        // As it was given: an absolute path says more about the machine than a page of results should.
        "floor" => File.Exists(Program) ? null : $"{_options.Floor} is not there; bench/compare/run.sh builds it",
        "gateway" => File.Exists(Program) ? null : $"{_options.Gateway} is not there; make aot builds it",
        "portkey" => !File.Exists(Program) ? "no node on the PATH"
            : File.Exists(PortkeyScript) ? null
            : $"{_options.Portkey} is not there; bench/compare/run.sh installs it with npm",
        _ => File.Exists(Program) ? null : $"no {_proxy} on the PATH; bench/compare/run.sh installs it",
    };

    /// <summary>Bytes of what must be shipped: the executable and the native libraries beside the gateway's; 0 where that has no answer.</summary>
    public long ProgramBytes => _proxy switch
    {
        "portkey" => 0,
        "gateway" => new FileInfo(Program).Length
            + Directory.EnumerateFiles(Path.GetDirectoryName(Program)!, "*.so").Sum(file => new FileInfo(file).Length),
        _ => new FileInfo(Program).Length,
    };

    private string PortkeyScript => Path.Combine(_options.Portkey, "build", "start-server.js");

    /// <summary>What it calls itself.</summary>
    public string Version() => FirstLine(_proxy switch
    {
        "haproxy" => ChildProcess.Run(Program, ["-v"]),
        "nginx" => ChildProcess.Run(Program, ["-v"]),
        "gateway" => ChildProcess.Run(Program, ["version"]),
        "portkey" => $"@portkey-ai/gateway {PortkeyVersion()}, Node {ChildProcess.Run(Program, ["--version"])}",
        _ => "floor.c, one thread, epoll",
    });

    /// <summary>What it cannot do of a scenario; null when it can do all.</summary>
    public string? Unable(Scenario scenario) => _proxy is "floor" or "portkey" && scenario.Tls != TlsSides.None
        ? $"{_proxy} speaks no TLS here"
        : null;

    /// <summary>Starts it. It may not answer yet.</summary>
    /// <param name="scenario">What it is started for: streams and TLS change configurations.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="admin">Where the gateway's control plane listens.</param>
    /// <param name="upstream">Address and port.</param>
    /// <param name="certificate">For TLS, on either side.</param>
    /// <param name="work">A directory of its own.</param>
    public ChildProcess Start(Scenario scenario, int port, int admin, string upstream, TestCertificate? certificate, string work)
    {
        string listen = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        var template = new ConfigurationTemplate(_options.Assets, scenario, listen, upstream, certificate, work, Variant?.Set);
        switch (_proxy)
        {
            case "floor":
                return ChildProcess.Start(Program, [port.ToString(CultureInfo.InvariantCulture), upstream[(upstream.LastIndexOf(':') + 1)..]]);
            case "haproxy":
                return ChildProcess.Start(Program, ["-db", "-f", template.Write("haproxy.cfg")]);
            case "nginx":
                return StartNginx(Program, template.Write("nginx-proxy.conf"), work);
            case "portkey":
                return ChildProcess.Start(
                    Program, [PortkeyScript, "--headless", string.Create(CultureInfo.InvariantCulture, $"--port={port}")], ("NODE_ENV", "production"));
            default:
                string control = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{admin}");
                return ChildProcess.Start(Program, ["serve", "--config", template.Write("fastgate.yaml"), "--listen", listen, "--admin", control]);
        }
    }

    /// <summary>What its requests carry beside everybody's headers.</summary>
    public IEnumerable<string> Headers(string upstream)
    {
        if (_proxy == "portkey")
        {
            yield return "x-portkey-provider: openai";
            yield return $"x-portkey-custom-host: http://{upstream}/v1";
        }

        foreach ((string name, string value) in Variant?.Headers ?? [])
        {
            yield return $"{name}: {value}";
        }
    }

    /// <summary>nginx with a configuration file and its working files under <paramref name="work"/>.</summary>
    public static ChildProcess StartNginx(string program, string configuration, string work) =>
        ChildProcess.Start(program, ["-p", work, "-e", "stderr", "-c", configuration]);

    /// <summary>The file of that name on the PATH or among the system's programs; the bare name when there is none.</summary>
    public static string FindOnPath(string name) => (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/usr/local/sbin")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(File.Exists) ?? name;

    /// <summary>The first line of a text.</summary>
    public static string FirstLine(string text) => text.Split('\n', 2)[0].Trim();

    private string PortkeyVersion()
    {
        using var package = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_options.Portkey, "package.json")));
        return package.RootElement.GetProperty("version").GetString() ?? "of unknown version";
    }
}

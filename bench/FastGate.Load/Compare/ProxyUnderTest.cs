using System.Globalization;

namespace FastGate.Load.Compare;

/// <summary>One of the proxies that are compared: where its program is, and how it is started in front of an upstream.</summary>
internal sealed class ProxyUnderTest
{
    /// <summary>All of them, in the order of the tables.</summary>
    public static readonly IReadOnlyList<string> Names = ["floor", "haproxy", "nginx", "gateway"];

    private readonly CompareOptions _options;

    public ProxyUnderTest(string name, CompareOptions options)
    {
        Name = name;
        _options = options;
        Program = name switch
        {
            "floor" => Path.GetFullPath(options.Floor),
            "gateway" => Path.GetFullPath(options.Gateway),
            _ => FindOnPath(name),
        };
    }

    public string Name { get; }

    /// <summary>Its executable; may not exist.</summary>
    public string Program { get; }

    /// <summary>Why it cannot take part; null when it can.</summary>
    public string? Missing => File.Exists(Program) ? null : Name switch
    {
        // As it was given: an absolute path says more about the machine than a page of results should.
        "floor" => $"{_options.Floor} is not there",
        "gateway" => $"{_options.Gateway} is not there",
        _ => $"no {Name} on the PATH",
    };

    /// <summary>Bytes of what must be shipped: the executable and the native libraries beside the gateway's.</summary>
    public long ProgramBytes => new FileInfo(Program).Length
        + (Name == "gateway"
            ? Directory.EnumerateFiles(Path.GetDirectoryName(Program)!, "*.so").Sum(file => new FileInfo(file).Length)
            : 0);

    /// <summary>What it calls itself.</summary>
    public string Version() => FirstLine(Name switch
    {
        "haproxy" => ChildProcess.Run(Program, ["-v"]),
        "nginx" => ChildProcess.Run(Program, ["-v"]),
        "gateway" => ChildProcess.Run(Program, ["version"]),
        _ => "floor.c, one thread, epoll",
    });

    /// <summary>Starts it. It may not answer yet.</summary>
    public ChildProcess Start(int port, string upstream, bool streams, string work)
    {
        string listen = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        switch (Name)
        {
            case "floor":
                return ChildProcess.Start(Program, [port.ToString(CultureInfo.InvariantCulture), upstream[(upstream.LastIndexOf(':') + 1)..]]);
            case "haproxy":
                return ChildProcess.Start(Program, ["-db", "-f", Configure("haproxy.cfg", listen, upstream, streams, work)]);
            case "nginx":
                return StartNginx(Program, Configure("nginx-proxy.conf", listen, upstream, streams, work), work);
            default:
                string admin = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Probe.FreePort()}");
                return ChildProcess.Start(
                    Program,
                    ["serve", "--config", Path.Combine(_options.Assets, "fastgate.yaml"), "--listen", listen, "--admin", admin],
                    ("FASTGATE_BENCH_UPSTREAM", upstream));
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

    private string Configure(string template, string listen, string upstream, bool streams, string work)
    {
        string text = File.ReadAllText(Path.Combine(_options.Assets, template))
            .Replace("@LISTEN@", listen, StringComparison.Ordinal)
            .Replace("@UPSTREAM@", upstream, StringComparison.Ordinal)
            .Replace("@NO_DELAY@", streams ? "option http-no-delay" : string.Empty, StringComparison.Ordinal)
            .Replace("@BUFFERING@", streams ? "off" : "on", StringComparison.Ordinal)
            .Replace("@WORK@", work, StringComparison.Ordinal);
        string file = Path.Combine(work, template);
        File.WriteAllText(file, text);
        return file;
    }
}

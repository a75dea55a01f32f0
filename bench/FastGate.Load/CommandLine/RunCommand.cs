using System.Net;
using System.Net.Sockets;
using FastGate.Load.Client;
using FastGate.Load.Http;
using FastGate.Load.Reporting;

namespace FastGate.Load.CommandLine;

/// <summary><c>fastgate-load run</c>: puts load on a target and reports.</summary>
internal static class RunCommand
{
    private const int MaxBody = 256 * 1024 * 1024;

    /// <summary>Reads the options, applies defaults, and checks that they go together.</summary>
    /// <exception cref="LoadException">The command line is wrong.</exception>
    public static RunOptions Parse(IReadOnlyList<string> args)
    {
        Uri? target = null;
        string? path = null;
        double rate = 0;
        bool closed = false;
        int? connections = null;
        int? streams = null;
        var duration = TimeSpan.FromSeconds(10);
        var warmup = TimeSpan.FromSeconds(1);
        var timeout = TimeSpan.FromSeconds(10);
        int? bodyBytes = null;
        string? bodyFile = null;
        string model = "bench/gpt-4o-mini";
        bool stream = false;
        bool insecure = false;
        bool get = false;
        int threads = 1;
        string? json = null;
        var headers = new List<string>();
        var pids = new List<int>();

        var arguments = new Arguments(args);
        while (arguments.MoveNext())
        {
            switch (arguments.Name)
            {
                case "--target":
                    target = ParseTarget(arguments);
                    break;
                case "--path":
                    path = arguments.Text();
                    if (!path.StartsWith('/') || path.Any(c => c is <= ' ' or > '~'))
                    {
                        throw arguments.Error("a path starts with '/' and has no blanks");
                    }

                    break;
                case "--rate":
                    rate = arguments.Rate();
                    break;
                case "--closed":
                    closed = true;
                    break;
                case "--connections":
                    connections = arguments.Number(1, 100_000);
                    break;
                case "--streams":
                    streams = arguments.Number(1, 100_000);
                    break;
                case "--duration":
                    duration = arguments.Duration();
                    break;
                case "--warmup":
                    warmup = arguments.Duration();
                    break;
                case "--timeout":
                    timeout = arguments.Duration();
                    break;
                case "--body-bytes":
                    bodyBytes = arguments.Number(1, MaxBody);
                    break;
                case "--body-file":
                    bodyFile = arguments.Text();
                    break;
                case "--get":
                    get = true;
                    break;
                case "--model":
                    model = arguments.Text();
                    break;
                case "--header":
                    headers.Add(ParseHeader(arguments));
                    break;
                case "--stream":
                    stream = true;
                    break;
                case "--insecure":
                    insecure = true;
                    break;
                case "--threads":
                    threads = arguments.Number(1, 64);
                    break;
                case "--json":
                    json = arguments.Text();
                    break;
                case "--pid":
                    pids.Add(arguments.Number(1, int.MaxValue));
                    break;
                default:
                    throw arguments.Unknown();
            }
        }

        target = target ?? throw LoadException.Usage("--target is missing");
        Check(rate, closed, connections, streams, bodyBytes, bodyFile, get, duration, timeout);
        stream |= streams is not null;
        byte[] body = get ? []
            : bodyFile is not null ? ReadBody(bodyFile)
            : ChatRequest.Body(model, bodyBytes ?? 430, stream);
        path ??= target.PathAndQuery == "/" ? "/v1/chat/completions" : target.PathAndQuery;
        return new RunOptions
        {
            Target = target,
            EndPoint = Resolve(target),
            Path = path,
            Rate = rate,
            Connections = streams ?? connections ?? (rate > 0 ? 64 : 32),
            Duration = duration,
            Warmup = warmup,
            Timeout = timeout,
            Stream = stream,
            Message = Pinned(ChatRequest.Message(target.Authority, path, headers, body)),
            BodyBytes = body.Length,
            Insecure = insecure,
            Pids = pids,
            Threads = threads,
            JsonFile = json,
        };
    }

    /// <summary>Runs and reports. Exit code 0 when the run ran, whatever its requests came to: that is in the report.</summary>
    public static int Run(RunOptions options)
    {
        SocketEngine.Configure(options.Threads);
        RunReport report;
        try
        {
            report = new LoadRun(options).Run();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && options.Pids.Count > 0)
        {
            throw new LoadException($"--pid: no process {string.Join(' ', options.Pids)}");
        }

        Console.Write(report.ToText());
        if (options.JsonFile is { } file)
        {
            using FileStream output = File.Create(file);
            report.WriteJson(output);
        }

        return 0;
    }

    private static void Check(
        double rate, bool closed, int? connections, int? streams, int? bodyBytes, string? bodyFile, bool get, TimeSpan duration, TimeSpan timeout)
    {
        if (rate > 0 && closed)
        {
            throw LoadException.Usage("--rate is an open loop and --closed is not: choose one");
        }

        if (rate > 0 && streams is not null)
        {
            throw LoadException.Usage("--streams keeps N streams going; with --rate use --stream and --connections");
        }

        if (rate == 0 && !closed && streams is null)
        {
            throw LoadException.Usage("say how to load: --rate N/s, --closed, or --streams N");
        }

        if (connections is not null && streams is not null)
        {
            throw LoadException.Usage("--streams N is its own number of connections");
        }

        if ((bodyBytes is not null ? 1 : 0) + (bodyFile is not null ? 1 : 0) + (get ? 1 : 0) > 1)
        {
            throw LoadException.Usage("--body-bytes, --body-file and --get exclude each other");
        }

        if (duration <= TimeSpan.Zero || timeout <= TimeSpan.Zero)
        {
            throw LoadException.Usage("--duration and --timeout must be longer than 0");
        }
    }

    private static Uri ParseTarget(Arguments arguments)
    {
        string text = arguments.Text();
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? target) && (target.Scheme == Uri.UriSchemeHttp || target.Scheme == Uri.UriSchemeHttps)
            ? target
            : throw arguments.Error($"'{text}' is not an http or https URL");
    }

    private static string ParseHeader(Arguments arguments)
    {
        string text = arguments.Text();
        int colon = text.IndexOf(':');
        return colon > 0 && !text.Any(c => c is '\r' or '\n') && !text[..colon].Contains(' ')
            ? text[..colon] + ": " + text[(colon + 1)..].Trim()
            : throw arguments.Error($"'{text}' is not of the form 'name: value'");
    }

    private static byte[] ReadBody(string file)
    {
        try
        {
            byte[] body = File.ReadAllBytes(file);
            return body.Length > 0 ? body : throw LoadException.Usage($"--body-file: {file} is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LoadException.Usage($"--body-file: {e.Message}");
        }
    }

    private static IPEndPoint Resolve(Uri target)
    {
        if (IPAddress.TryParse(target.IdnHost, out IPAddress? address))
        {
            return new IPEndPoint(address, target.Port);
        }

        try
        {
            return new IPEndPoint(Dns.GetHostAddresses(target.IdnHost)[0], target.Port);
        }
        catch (SocketException e)
        {
            throw new LoadException($"cannot resolve {target.IdnHost}: {e.Message}");
        }
    }

    private static byte[] Pinned(byte[] bytes)
    {
        // Sent thousands of times a second: pinned once instead of each time.
        byte[] pinned = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(pinned, 0);
        return pinned;
    }
}

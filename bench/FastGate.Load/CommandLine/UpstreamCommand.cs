using System.Net;
using FastGate.Load.Upstream;

namespace FastGate.Load.CommandLine;

/// <summary><c>fastgate-load upstream</c>: the fixed provider behind whatever is measured.</summary>
internal static class UpstreamCommand
{
    /// <summary>Reads the options.</summary>
    /// <exception cref="LoadException">The command line is wrong.</exception>
    public static UpstreamOptions Parse(IReadOnlyList<string> args)
    {
        var options = new UpstreamOptions();
        var arguments = new Arguments(args);
        while (arguments.MoveNext())
        {
            options = arguments.Name switch
            {
                "--listen" => options with { Listen = ParseAddress(arguments) },
                "--delay" => options with { Delay = arguments.Duration() },
                "--body-bytes" => options with { BodyBytes = arguments.Number(1, 1 << 28) },
                "--events" => options with { Events = arguments.Number(0, 1_000_000) },
                "--event-bytes" => options with { EventBytes = arguments.Number(1, 1 << 20) },
                "--event-interval" => options with { EventInterval = arguments.Duration() },
                "--threads" => options with { Threads = arguments.Number(1, 64) },
                _ => throw arguments.Unknown(),
            };
        }

        return options;
    }

    /// <summary>Prints the address as the first line, then serves until the process is ended.</summary>
    public static int Run(UpstreamOptions options)
    {
        SocketEngine.Configure(options.Threads);
        using var server = new UpstreamServer(options);
        Console.WriteLine(server.Address);
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    private static IPEndPoint ParseAddress(Arguments arguments)
    {
        string text = arguments.Text();
        return IPEndPoint.TryParse(text, out IPEndPoint? address) && text.Contains(':')
            ? address
            : throw arguments.Error($"'{text}' is not an address such as 127.0.0.1:0");
    }
}

using FastGate.Configuration.Reading;
using FastGate.Proxy.Transports;

namespace FastGate.Configuration.Keys;

/// <summary>The keys of <c>server</c>.</summary>
internal static class ServerKeys
{
    private const int KiB = 1024;
    private const int GiB = 1024 * 1024 * 1024;

    private static readonly NamesShape<TransportKind> Transport = new(
        "transport", [("auto", TransportKind.Auto), ("epoll", TransportKind.Epoll), ("sockets", TransportKind.Sockets)]);

    private static readonly DurationShape Timeout = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24));

    public static readonly Section<ServerConfig> Section = new Section<ServerConfig>("server", "Limits and timeouts towards clients.", new ServerConfig())
        .Key("max_body", new SizeShape(KiB, GiB), s => s.MaxBody, (s, v) => s with { MaxBody = v },
            "Largest request body. A larger one is answered 413.")
        .Key("max_head", new SizeShape(KiB, 1024 * KiB), s => s.MaxHead, (s, v) => s with { MaxHead = v },
            "Largest request line and headers together. Larger ones are answered 431.")
        .Key("head_timeout", Timeout, s => s.HeadTimeout, (s, v) => s with { HeadTimeout = v },
            "Time for a request's head to arrive whole, from its first byte.")
        .Key("body_timeout", Timeout, s => s.BodyTimeout, (s, v) => s with { BodyTimeout = v },
            "Time for a request's body to arrive whole: it must be there within this plus one second per 4 KiB received.")
        .Key("idle_timeout", Timeout, s => s.IdleTimeout, (s, v) => s with { IdleTimeout = v },
            "How long a client connection may be silent between requests before it is closed.")
        .Key("drain_timeout", new DurationShape(TimeSpan.Zero, TimeSpan.FromHours(24)), s => s.DrainTimeout, (s, v) => s with { DrainTimeout = v },
            "How long requests in flight may go on after the gateway was told to stop; `0` cuts them off at once.")
        .Key("workers", new NumberShape(1, 256, auto: true), s => s.Workers, (s, v) => s with { Workers = v },
            "Event loops; `auto` takes one per core.")
        .Key("transport", Transport, s => s.Transport, (s, v) => s with { Transport = v },
            "What carries connections: `epoll`, event loops of FastGate's own (Linux), or `sockets`, those of the .NET runtime; `auto` takes `epoll` where there is one.")
        .Key("max_connections", new NumberShape(1, 1_000_000), s => s.MaxConnections, (s, v) => s with { MaxConnections = v ?? s.MaxConnections },
            "Client connections open at once, all listeners together. Further ones are closed at once.")
        .Key("max_detached", new NumberShape(0, 1_000_000), s => s.MaxDetached, (s, v) => s with { MaxDetached = v ?? s.MaxDetached },
            "Requests that may go on without their clients at once: those of resumable streams whose client has gone. Past it a request ends with its client.")
        .Key("replay_memory", new SizeShape(1024 * KiB, GiB), s => s.ReplayMemory, (s, v) => s with { ReplayMemory = v },
            "Memory for the events of all resumable streams together. Past it the oldest finished streams are forgotten, then running ones keep less.");
}

using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace FastGate.MockProvider;

/// <summary>What a scripted provider listens on, whom it lets in, and how its healthy models behave.</summary>
public sealed record MockOptions
{
    /// <summary>The endpoint to listen on; port 0 takes any free port (read it back from <see cref="MockServer.BoundEndpoint"/>).</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Appears in answer ids and in <c>system_fingerprint</c>, so that a caller can tell which of several providers answered. ASCII letters and digits.</summary>
    public string Name { get; init; } = "mock";

    /// <summary>The one bearer that is accepted; null accepts any non-empty one.</summary>
    public string? RequiredKey { get; init; }

    /// <summary>The share of calls to healthy models that fail instead, 0 to 1.</summary>
    public double FaultRate { get; init; }

    /// <summary>The behaviours such a call gets, by their models' names, drawn evenly; one named twice is twice as likely.</summary>
    public IReadOnlyList<string> Faults { get; init; } = ["error-500", "error-503", "rate-limit", "reset", "cut-stream"];

    /// <summary>
    /// Seeds the choice of the calls that <see cref="FaultRate"/> makes fail, of their faults, and of place and manner: the same seed and order of
    /// calls give the same.
    /// </summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Wait before the response head of a healthy model; <c>ok-slow</c> waits 1 s when this is zero.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Wait between the tokens of a healthy stream; <c>ok-slow</c> waits 50 ms when this is zero.</summary>
    public TimeSpan TokenInterval { get; init; }

    /// <summary>Length of a generated answer in tokens, at least 1.</summary>
    public int Tokens { get; init; } = 32;

    /// <summary>How long the model <c>flap</c> is down, then up, then down again; it starts down when the server starts or is reset.</summary>
    public TimeSpan FlapPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What healthy models make of an answer already begun.</summary>
    public Continuation Continue { get; init; }

    /// <summary>The most bytes of one write, so that everything sent arrives in pieces; 0 for no limit.</summary>
    public int Slice { get; init; }

    /// <summary>Further models that exist and are healthy. Every behaviour's name is a model as well.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>With a certificate (and its private key) the server speaks TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The largest request body in bytes; a larger one is answered with 413.</summary>
    public int MaxBodyBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>How many calls the log keeps; the oldest goes first.</summary>
    public int LogCapacity { get; init; } = 1000;

    /// <summary>The clock behind every delay, time and duration.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

using FastGate.Configuration.Reading;
using FastGate.Proxy.Model;

namespace FastGate.Configuration.Keys;

/// <summary>The keys of <c>stream</c>.</summary>
internal static class StreamKeys
{
    private static readonly NamesShape<StreamContinuation> Continuation = new(
        "way to continue", [("auto", StreamContinuation.Auto), ("replay", StreamContinuation.Replay), ("off", StreamContinuation.Off)]);

    public static readonly Section<StreamConfig> Section = new Section<StreamConfig>(
            "routes.NAME.stream", "How streams are treated: see [routing](routing.md#streams).", new StreamConfig())
        .Key("continue", Continuation, s => s.Continue, (s, v) => s with { Continue = v },
            "What happens to a stream that breaks in mid-answer. `auto`: the next target is asked to go on, in the way that suits it; `replay`: it is asked again, and goes on where its answer begins with exactly what was delivered; `off`: the client gets the error `stream_interrupted`.")
        .Key("resume", new ResumeShape(), s => s.Resume, (s, v) => s with { Resume = v },
            "Which streams a client can come back to after its connection was lost (see [resuming](api.md#resuming-a-stream)). `true`: those whose request asks with `x-fastgate-stream-resume: true`; `always`: all; `false`: none.")
        .Key("ring", new SizeShape(16 * 1024, 64 * 1024 * 1024), s => s.Ring, (s, v) => s with { Ring = v },
            "How much of a resumable stream is kept. Of a longer one the oldest events are dropped; a client that still needs them gets 404.")
        .Key("retain", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)), s => s.Retain, (s, v) => s with { Retain = v },
            "How long a resumable stream goes on when nobody reads it any more, before the provider's call is cancelled; and how long it can be resumed after its end.");
}

using FastGate.Protocol.Json;
using FastGate.Providers.Presets;
using FastGate.Proxy.Model;

namespace FastGate.Proxy.Continuation;

/// <summary>
/// Which ways to ask a target to go on are tried, in this order: each next one when the target refuses the one before, or what it answers
/// may be a repetition or not.
/// </summary>
internal static class ContinuationModes
{
    /// <summary>The modes for a target.</summary>
    /// <param name="setting">What the route says.</param>
    /// <param name="target">The target.</param>
    /// <param name="request">What is known of the request.</param>
    /// <param name="isText">Whether there is text to give, and nothing else.</param>
    /// <param name="exactFirst">Whether the way that leaves no doubt comes first.</param>
    internal static IEnumerable<ContinuationMode> For(StreamContinuation setting, UpstreamTarget target, RequestScanner request, bool isText, bool exactFirst)
    {
        if (exactFirst)
        {
            yield return ContinuationMode.Replay;
        }

        // Output of a fixed form is not glued together; nor is anything a client acts on.
        bool free = setting == StreamContinuation.Auto && isText && !request.HasResponseFormat && !request.HasMultipleChoices && !request.HasAudio;
        if (free && Prefills(target, request) && ContinuationBody.CanCarry(ContinuationMode.Prefill, request))
        {
            yield return ContinuationMode.Prefill;
        }

        if (free && !target.Prefixes.RefusesTurns && ContinuationBody.CanCarry(ContinuationMode.Instruct, request))
        {
            yield return ContinuationMode.Instruct;
        }

        if (!exactFirst)
        {
            yield return ContinuationMode.Replay;
        }
    }

    // Every model goes on with a prompt; with a conversation only some do.
    private static bool Prefills(UpstreamTarget target, RequestScanner request) =>
        request.Prompt.Kind == JsonKind.String || (target.Prefix != PrefixStyle.None && !target.Prefixes.RefusesPrefix);
}

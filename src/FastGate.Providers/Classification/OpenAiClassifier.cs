using System.Text;
using FastGate.Protocol.Http;
using FastGate.Providers.OpenAi;

namespace FastGate.Providers.Classification;

/// <summary>
/// Maps what a provider of the OpenAI surface answered to one class, by the rows of <see cref="ErrorRules"/>: the first that is about
/// the status and the body decides. Allocates nothing; takes microseconds, and is only asked about failures.
/// </summary>
/// <remarks>
/// Names and messages are read from JSON only. A body of any other kind (a proxy's page, plain text, nothing) is judged by its status
/// alone; one that begins as JSON and was cut short, by what is there. Of a message the first 4 KiB are looked at.
/// </remarks>
public static class OpenAiClassifier
{
    private const int WordingOctets = 4096;

    /// <summary>Classifies a response by its head and what was held of its body.</summary>
    /// <param name="head">The head. Meant for a status of 400 and above: below 300 is an answer, whatever the body.</param>
    /// <param name="body">The body without its transfer and content coding, perhaps cut short or empty.</param>
    /// <param name="now">The time of day, against which dates in the head are read.</param>
    /// <returns>
    /// The class. <see cref="VerdictKind.Malformed"/> for 3xx and for 600 and above: an API answers with neither, and no other try at
    /// the same address would.
    /// </returns>
    public static Verdict ClassifyResponse(ResponseHead head, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        int status = head.Status;
        if (status is < 400 or > 599)
        {
            return new Verdict(status < 300 ? VerdictKind.Answer : VerdictKind.Malformed, RetryAfter: null);
        }

        var facts = ErrorFacts.Read(body);
        VerdictKind kind = Decide(status, facts);
        return new Verdict(kind, WaitHelps(kind) ? RetryAfterReader.Read(head, now) ?? DelayIn(facts, now) : null);
    }

    /// <summary>
    /// Classifies an event of a 200 stream that may be an error: in place of an answer, or after part of one. A whole (not streamed) body
    /// of a 200 response can be asked about too: OpenRouter answers so when a provider fails late.
    /// </summary>
    /// <param name="eventData">The event's data, a whole JSON text.</param>
    /// <returns>
    /// <see cref="VerdictKind.Answer"/> when it reports no error (also <c>[DONE]</c>), <see cref="VerdictKind.Malformed"/> when it is no JSON
    /// object. An error that says nothing known is <see cref="VerdictKind.Upstream5xx"/>: the provider had accepted the request.
    /// </returns>
    public static Verdict ClassifyStreamError(ReadOnlySpan<byte> eventData)
    {
        var facts = ErrorFacts.Read(eventData);
        if (!facts.IsJson)
        {
            return new Verdict(ChatChunkScanner.IsDone(eventData) ? VerdictKind.Answer : VerdictKind.Malformed, RetryAfter: null);
        }

        if (!facts.IsError)
        {
            return new Verdict(VerdictKind.Answer, RetryAfter: null);
        }

        VerdictKind kind = Decide(facts.Status, facts);

        // The delay is a duration there: no date is read, so the time of day does not matter.
        return new Verdict(kind, WaitHelps(kind) ? DelayIn(facts, DateTimeOffset.UnixEpoch) : null);
    }

    /// <summary>Classifies the reason a choice of an answer ended with.</summary>
    /// <param name="finishReason">
    /// <c>finish_reason</c>, or <c>incomplete_details.reason</c> of the Responses API: <c>content_filter</c> and what providers write in its
    /// place, in any case, also with more behind a colon (Gemini: <c>content_filter: SAFETY</c>).
    /// </param>
    /// <param name="hasContent">Whether content came before it: then a filter has merely cut an answer, which is the client's to see.</param>
    /// <returns>
    /// <see cref="VerdictKind.ContentPolicy"/>, <see cref="VerdictKind.Answer"/>, or, content or not, <see cref="VerdictKind.Upstream5xx"/> where
    /// the reason is the provider's own failure (OpenRouter and Mistral: <c>error</c>; DeepSeek: <c>insufficient_system_resource</c>).
    /// </returns>
    public static VerdictKind ClassifyFinish(ReadOnlySpan<byte> finishReason, bool hasContent)
    {
        // Nearly every answer.
        if (finishReason.SequenceEqual("stop"u8))
        {
            return VerdictKind.Answer;
        }

        int colon = finishReason.IndexOf((byte)':');
        ReadOnlySpan<byte> reason = (colon < 0 ? finishReason : finishReason[..colon]).Trim(" "u8);
        foreach (byte[] failure in ErrorRules.FailedFinishes)
        {
            if (Ascii.EqualsIgnoreCase(reason, failure))
            {
                return VerdictKind.Upstream5xx;
            }
        }

        if (!hasContent)
        {
            foreach (byte[] filtered in ErrorRules.FilteredFinishes)
            {
                if (Ascii.EqualsIgnoreCase(reason, filtered))
                {
                    return VerdictKind.ContentPolicy;
                }
            }
        }

        return VerdictKind.Answer;
    }

    private static VerdictKind Decide(int status, in ErrorFacts facts)
    {
        ReadOnlySpan<byte> wording = facts.Wording(stackalloc byte[WordingOctets]);
        foreach (ErrorRule rule in ErrorRules.All)
        {
            if (rule.Matches(status, facts, wording))
            {
                return rule.Verdict;
            }
        }

        // The last rows are about every status there is; what is left is an unknown error inside a stream.
        return VerdictKind.Upstream5xx;
    }

    private static bool WaitHelps(VerdictKind kind) => kind is VerdictKind.RateLimited or VerdictKind.Upstream5xx;

    private static TimeSpan? DelayIn(in ErrorFacts facts, DateTimeOffset now) =>
        DelayText.TryParse(facts.RetryDelay, now, out TimeSpan delay) ? delay : null;
}

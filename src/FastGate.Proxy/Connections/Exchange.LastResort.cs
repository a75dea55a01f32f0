using FastGate.Proxy.Answers;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.LastResort;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Model;
using FastGate.Proxy.Responses;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using Microsoft.Extensions.Logging;

namespace FastGate.Proxy.Connections;

/// <content>The floor of the chain: what is answered when no target could.</content>
internal sealed partial class Exchange
{
    private const string TotalFailure = "upstream_total_failure";
    private const string Exhausted = "automation_exhausted";

    private bool HasLastResort => Policy is { StaleLimit.Ticks: > 0 } or { Manual: not null } or { Webhook: not null };

    // What the request itself is to blame for is no case for it, nor a client that has left.
    private bool IsTotalFailure => _decision.Stop != StopReason.Refused && _decision.Reason != FailureClass.ContextWindow && !IsUnsupported
        && _lastFailure?.Fault != AttemptFault.ClientGone && !_signal.ClientGone;

    /// <summary>
    /// Answers when every target has failed. 1. A stored answer to the same request, however old up to the limit. 2. What the webhook says.
    /// 3. The fixed answer. Null when there is none of these.
    /// </summary>
    private async ValueTask<bool?> TryLastResortAsync()
    {
        AnswerPolicy policy = Policy;
        NoteOrigin(final: false);
        _context.Target = null;
        _context.Attempts = _cursor.Attempts;
        _context.Fallback = FailureClass.None;

        // 1.
        if (policy.StaleLimit > TimeSpan.Zero && Scan.IsJson && _plane.Answers is { } store && !ReadCacheControl().NoStore)
        {
            AnswerKey key = await StoreKeyAsync().ConfigureAwait(false);
            if (await TryGiveStoredAsync(store, key, policy.StaleLimit, AnswerOrigin.CacheStale).ConfigureAwait(false) is { } given)
            {
                return given;
            }
        }

        // 2.
        LastResortFacts facts = Facts();
        if (policy.Webhook is { } webhook)
        {
            byte[] document = WebhookDocument.Write(facts, AttemptList.Write(_cursor), webhook.IncludeRequest && Scan.IsJson ? _reader.Body : default);
            if (await _plane.Webhooks.AskAsync(webhook, document).ConfigureAwait(false) is { } said && WebhookDocument.TryRead(said, facts, out ReadyAnswer answer))
            {
                NoteLastResort("webhook", Exhausted);
                return await GiveAsync(answer, final: false).ConfigureAwait(false);
            }
        }

        // 3.
        if (policy.Manual is { } manual && ManualAnswers.TryMake(manual, facts, out ReadyAnswer made))
        {
            NoteLastResort("manual", Exhausted);
            return await GiveAsync(made, final: false).ConfigureAwait(false);
        }

        return null;
    }

    private LastResortFacts Facts() => new(
        _context.Endpoint, Scan.IsJson && Scan.Json.Stream, Scan.IsJson && Scan.Json.IncludeUsage, _context.Route?.Name ?? RequestCounters.DirectLabel,
        Exhausted, System.Text.Encoding.ASCII.GetString(_context.Id), UnixNow);

    // Before anything is sent: who has the answer finds it counted.
    private void NoteLastResort(string to, string reason)
    {
        string route = _context.Route?.Name ?? RequestCounters.DirectLabel;
        _plane.Metrics.Failovers.Count(route, _lastFailure?.Target.Name ?? "", to, reason);
        LogLastResort(_plane.Logger, route, to, reason);
    }

    [LoggerMessage(EventIds.LastResort, LogLevel.Warning, "No target of {Route} could answer: answered by {What} ({Reason})")]
    private static partial void LogLastResort(ILogger logger, string route, string what, string reason);
}

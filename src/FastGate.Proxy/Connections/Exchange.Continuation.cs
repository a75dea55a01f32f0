using System.Buffers;
using FastGate.Providers.Classification;
using FastGate.Providers.OpenAi;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Continuation;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Model;
using FastGate.Proxy.Relay;
using FastGate.Proxy.Streams;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using Microsoft.Extensions.Logging;

namespace FastGate.Proxy.Connections;

/// <content>Streams that break in mid-answer and are continued on another target. Off the hot path.</content>
internal sealed partial class Exchange
{
    private StreamSettings StreamSettings => _context.Route?.Streams ?? _snapshot.DirectStreams;

    private bool CanBeContinued =>
        StreamSettings.Continue != StreamContinuation.Off && _context.Endpoint.Stream != StreamGrammar.None && Scan.IsJson;

    /// <summary>
    /// Part of an answer was sent and its stream broke. 1. Report that to the cursor. 2. If there is nothing to be done, tell the client.
    /// 3. Else ask the next target to go on; and again, if that fails too.
    /// </summary>
    private async ValueTask<RelayOutcome> ContinueAsync(UpstreamTarget target, AttemptFault fault)
    {
        CountPart(target);
        Break first = BreakOf(target, fault);
        Break last = first;
        while (true)
        {
            _attempt.Cancel();
            if (last.Fault == AttemptFault.ClientGone)
            {
                _cursor.Next(_decision.Slot, Outcome.Gone, NowTicks);
                Count(ClientClosedRequest);
                return RelayOutcome.Gone;
            }

            // 1.
            ReportBreak(target, last);

            // 2.
            string? end = last.Fault == AttemptFault.TotalTimeout ? ContinuationResults.NoTarget : EndOfContinuation();
            if (end is not null)
            {
                if (StreamSettings.Continue != StreamContinuation.Off)
                {
                    _plane.Metrics.Continuations.Count(end);
                }

                LogInterrupted(_plane.Logger, target.Name, FailureClasses.Name(last.Class), last.What);
                await _stream.InterruptAsync(first.What, _context).ConfigureAwait(false);
                Count(200);
                return RelayOutcome.AfterCommit(first.Fault);
            }

            // 3.
            var next = UpstreamTarget.Of(_decision.Target!);
            LogContinuing(_plane.Logger, target.Name, FailureClasses.Name(last.Class), last.What, next.Name);
            target = next;
            (RelayOutcome outcome, last) = await GoOnAsync(target).ConfigureAwait(false);
            if (last.Fault == AttemptFault.None)
            {
                TimeSpan duration = SinceStart;
                _cursor.Next(_decision.Slot, Outcome.Success(duration), NowTicks);
                ObserveAnswer(target, duration, _upstreamStream.Progress.Usage);
                Count(200);
                return outcome;
            }
        }
    }

    // What a stream cost that will not be completed.
    private void CountPart(UpstreamTarget target)
    {
        TokenUsage usage = _upstreamStream.Progress.Usage;
        target.Meters.Count(usage);
        _stream.Delivered.EndAttempt(usage, Scan.IsJson ? Scan.Json.InputBytes / OctetsPerToken : 0);
    }

    private string? EndOfContinuation() =>
        !CanBeContinued || !_stream.CanGoOn ? ContinuationResults.Impossible
        : _decision.Kind != DecisionKind.Attempt || !_context.KeepsAnswer ? ContinuationResults.NoTarget
        : null;

    private void ReportBreak(UpstreamTarget target, in Break broken)
    {
        string name = FailureClasses.Name(broken.Class);
        _plane.Metrics.Attempts.Count(target.Name, name);
        target.Meters.Attempts.Observe(SinceStart);
        int hops = _cursor.Hops;
        _decision = _cursor.Next(_decision.Slot, Outcome.Failure(broken.Class, broken.Status, broken.RetryAfter), NowTicks);
        if (_decision.Kind == DecisionKind.Attempt && _cursor.Hops > hops)
        {
            CountFailover(target.Name, name);
        }
    }

    // One target, in one way after the other as long as it refuses them, or answers what may be a repetition or not.
    private async ValueTask<(RelayOutcome Outcome, Break Broken)> GoOnAsync(UpstreamTarget target)
    {
        DeliveredAnswer answer = _stream.Delivered;
        byte[] delivered = answer.ToArray();
        GivenText given = answer.IsStrict ? default : GivenText.Of(delivered);
        bool refusedPrefix = false;
        bool refusedTurns = false;

        // An answer in doubt may be complete and paid for when it is given up, which must not be under a key.
        bool exactFirst = _context.Tap is { HasRun: true } && AnswerMatcher.MayDoubt(delivered);
        ContinuationMode[] modes = [.. ContinuationModes.For(StreamSettings.Continue, target, Scan.Json, given.Length > 0, exactFirst)];
        for (int i = 0; ; i++)
        {
            ContinuationMode mode = modes[i];
            bool isLast = i == modes.Length - 1;
            Break? broken = await AskAsync(target, mode, delivered.AsMemory(0, given.Length)).ConfigureAwait(false);
            if (broken is { Class: FailureClass.BadRequest } && mode != ContinuationMode.Replay && !isLast)
            {
                refusedPrefix |= mode == ContinuationMode.Prefill;
                refusedTurns |= mode == ContinuationMode.Instruct;
                continue;
            }

            if (broken is not null)
            {
                _plane.Metrics.Continuations.Count(ContinuationResults.Failed);
                return (default, broken.Value);
            }

            // It takes the request without the addition: so it was that which it refused.
            target.Prefixes.RefusesPrefix |= refusedPrefix;
            target.Prefixes.RefusesTurns |= refusedTurns;
            var matcher = new AnswerMatcher(delivered, RuleOf(mode), given);
            IStreamSink continued = _stream.Continued(matcher, exact: mode == ContinuationMode.Replay, legacy: Scan.Json.Prompt.IsPresent);
            (RelayOutcome outcome, Break end) = await ShowAsync(target, continued).ConfigureAwait(false);
            bool isOther = mode == ContinuationMode.Replay && outcome.Fault == AttemptFault.OtherAnswer;
            if (isLast || (!matcher.IsInDoubt && !isOther))
            {
                return (outcome, end);
            }

            _attempt.Cancel();
        }
    }

    // Null when the target has begun to answer.
    private async ValueTask<Break?> AskAsync(UpstreamTarget target, ContinuationMode mode, ReadOnlyMemory<byte> text)
    {
        _context.Target = target;
        _context.Timeouts = target.Provider.Timeouts;
        _attemptStart = NowTicks;

        // The client is in the middle of an answer: the wait for a head is no longer than the one for a token.
        TimeSpan patience = _context.Timeouts.FirstToken;
        _attempt.Signal.Limit(patience);
        WriteRequest(ref _attempt.Request, target);
        ContinuationBody.Put(ref _attempt.Request.Edits, mode, target.Prefix, Scan.Json, _reader.Body, text.Span);
        AttemptFault fault = await _attempt.OpenAsync().ConfigureAwait(false);
        if (fault != AttemptFault.None)
        {
            return BreakOf(target, fault);
        }

        _attempt.Signal.Limit(Timeout.InfiniteTimeSpan);
        int status = _attempt.Head.Status;
        if (status >= 400)
        {
            return await ReadRefusalAsync(target, status).ConfigureAwait(false);
        }

        return status == 200 && MediaTypes.IsEventStream(_attempt.Head) ? null : BreakOf(target, AttemptFault.Malformed);
    }

    private async ValueTask<Break> ReadRefusalAsync(UpstreamTarget target, int status)
    {
        var body = new BodyBuffer();
        try
        {
            SequencePosition? end = await WholeBody.ReadAsync(_attempt, body, _context.Timeouts.Stall).ConfigureAwait(false);
            if (_attempt.Signal.Unwanted)
            {
                return BreakOf(target, AttemptFault.ClientGone);
            }

            Verdict verdict = OpenAiClassifier.ClassifyResponse(_attempt.Head, body.Octets.ToArray(), _plane.Time.GetUtcNow());
            if (end is not null)
            {
                _attempt.Finish(end.Value);
            }

            return new Break(AttemptFault.StreamError, FailureClassing.Of(verdict.Kind), (short)status, verdict.RetryAfter, $"{target.Provider.Name} answered {status}.");
        }
        finally
        {
            body.Clear();
            _attempt.Cancel();
        }
    }

    private async ValueTask<(RelayOutcome Outcome, Break Broken)> ShowAsync(UpstreamTarget target, IStreamSink continued)
    {
        _upstreamStream.Begin(_context.Endpoint.Stream, _context.Timeouts);
        try
        {
            AttemptFault fault = await _upstreamStream.HoldAsync().ConfigureAwait(false);
            if (fault != AttemptFault.None)
            {
                _plane.Metrics.Continuations.Count(ContinuationResults.Failed);
                return (default, BreakOf(target, fault));
            }

            OnFirstToken();
            RelayOutcome outcome = await _stream.ContinueAsync(_upstreamStream, continued, _context).ConfigureAwait(false);
            if (outcome.Fault != AttemptFault.None)
            {
                CountPart(target);
            }

            return (outcome, BreakOf(target, outcome.Fault));
        }
        finally
        {
            _upstreamStream.End();
        }
    }

    private static MatchRule RuleOf(ContinuationMode mode) => mode switch
    {
        ContinuationMode.Prefill => MatchRule.AfterPrefix,
        ContinuationMode.Instruct => MatchRule.AfterRequest,
        _ => MatchRule.Exact,
    };

    private Break BreakOf(UpstreamTarget target, AttemptFault fault)
    {
        bool said = fault == AttemptFault.StreamError;
        FailureClass failure = said ? FailureClassing.Of(_upstreamStream.ErrorKind) : FailureClassing.Of(fault);
        string? detail = said ? target.Provider.Mask.Apply(_upstreamStream.ProviderError) : null;
        return new Break(fault, failure, 200, null, fault == AttemptFault.None ? "" : AttemptFaultText.Describe(fault, target.Provider, detail));
    }

    [LoggerMessage(EventIds.StreamContinued, LogLevel.Information, "An answer of {Target} broke off ({Failure}: {What}); {Next} is asked to go on with it")]
    private static partial void LogContinuing(ILogger logger, string target, string failure, string what, string next);

    // How a stream, or the attempt to go on with one, ended.
    private readonly record struct Break(AttemptFault Fault, FailureClass Class, short Status, TimeSpan? RetryAfter, string What);
}

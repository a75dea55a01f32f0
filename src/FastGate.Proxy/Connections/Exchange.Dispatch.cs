using System.Buffers;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Providers.Classification;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Lanes;
using FastGate.Proxy.Model;
using FastGate.Proxy.Planning;
using FastGate.Proxy.Relay;
using FastGate.Proxy.Responses;
using FastGate.Proxy.Time;
using FastGate.Routing.Conditions;
using FastGate.Routing.Keys;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;

namespace FastGate.Proxy.Connections;

/// <content>The attempt loop: does what the cursor decides and tells it what came of it.</content>
internal sealed partial class Exchange
{
    // Octets of text for one token, roughly, over the languages and code that models are sent.
    private const int OctetsPerToken = 4;

    // How far the wheel's time is behind: the tick under way, and one that it has not turned to yet.
    private static readonly TimeSpan WheelDelay = 2 * TimerWheel.Tick;

    private readonly RequestChain _chain = new();
    private RequestScan? _scan;
    private FallbackCursor _cursor;
    private Decision _decision;
    private FailedAttempt? _firstFailure;
    private FailedAttempt? _lastFailure;
    private TimeSpan _deadline;
    private bool _ownDeadline;
    private long _attemptStart;

    /// <summary>
    /// Sends the request along its chain. 1. Plan. 2. Attempt, after a wait if the cursor asks for one. 3. Report the outcome and do what is
    /// decided next. 4. When nothing is left, say what went wrong.
    /// </summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<bool> ForwardAsync(CancellationToken clientClosed)
    {
        // 1.
        GatewayError? error = ScanBody(out _scan);
        if (error is not null)
        {
            return await RespondAsync(error).ConfigureAwait(false);
        }

        if (!DestinationFinder.TryFind(_snapshot, _plane.Catalog.View, Scan.Model, out Destination destination))
        {
            // Perhaps a provider has it by now, or has not been asked yet.
            await WaitAsync(_plane.Catalog.RefreshAsync()).ConfigureAwait(false);
            if (!DestinationFinder.TryFind(_snapshot, _plane.Catalog.View, Scan.Model, out destination))
            {
                return await RespondAsync(DestinationFinder.NotFound(_snapshot, _plane.Catalog.View, Scan.Model)).ConfigureAwait(false);
            }
        }

        _context.Route = destination.Route;
        _context.Direct = destination.Route is null;
        _context.Resumable = Resumable(destination.Route is null ? _snapshot.DirectStreams : destination.Route.Streams);
        error = ReadDeadline(destination.Plan) ?? ReadChain(destination);
        if (error is not null)
        {
            return await RespondAsync(error).ConfigureAwait(false);
        }

        _firstFailure = _lastFailure = null;
        if (HasMemory && await AnswerFromMemoryAsync(destination.Target).ConfigureAwait(false) is { } answered)
        {
            return answered;
        }

        if (IsStreamWanted)
        {
            _reader.Keep();
        }

        _decision = Plan(destination.Plan);
        try
        {
            // 2.
            while (_decision.Kind == DecisionKind.Attempt)
            {
                if (_decision.Wait > TimeSpan.Zero)
                {
                    if (!await WaitAsync(_decision.Wait, _signal.EndOf(clientClosed)).ConfigureAwait(false))
                    {
                        Count(ClientClosedRequest);
                        return false;
                    }

                    _decision = _cursor.AfterWait(_decision.Slot, NowTicks);
                    continue;
                }

                if (OutlivesDeadline || GoesBeside(destination.Plan))
                {
                    if (!await RaceAsync(destination.Plan).ConfigureAwait(false))
                    {
                        continue;
                    }
                }
                else
                {
                    Lane lane = Prepare(_signal.Work, LastTicks);
                    AttemptFault fault = await lane.OpenAsync().ConfigureAwait(false);
                    if (!lane.TryHold(fault, _context.StartTick, out ValueTask holding))
                    {
                        await holding.ConfigureAwait(false);
                    }
                }

                // 3.
                RelayOutcome outcome = await SettleAsync().ConfigureAwait(false);
                if (outcome.Committed)
                {
                    return outcome.KeepAlive;
                }
            }

            // 4.
            return await GiveUpAsync(destination.Plan).ConfigureAwait(false);
        }
        finally
        {
            _cursor.End(LastTicks);
            if (_lanes.UnderWay > 0)
            {
                await LeaveLanesAsync().ConfigureAwait(false);
            }
        }
    }

    // What was found in the request's body. Let go of while a stream lasts, which may be for minutes: should it break, the body is scanned again.
    private RequestScan Scan
    {
        get
        {
            if (_scan is null)
            {
                ScanBody(out _scan);
            }

            return _scan;
        }
    }

    private GatewayError? ScanBody(out RequestScan scan)
    {
        scan = RequestScan.Rent();
        return scan.Read(_context.Endpoint, Head, _reader.Body);
    }

    private void LetGoOfScan()
    {
        if (_scan is not null)
        {
            RequestScan.Return(_scan);
            _scan = null;
        }
    }

    // What the current attempt gave goes to the client. Not committed: it gave nothing; that was reported, and _decision says what is next.
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<RelayOutcome> SettleAsync()
    {
        UpstreamTarget target = _lane.Target!;
        if (!Answers(_lane))
        {
            return ReportFailure(_lane);
        }

        int status = _attempt.Head.Status;
        if (_context.Route is { ReadsRoom: true })
        {
            NoteRoom(target);
        }

        bool isStream = _lane.IsStream;
        RelayOutcome outcome = isStream
            ? await RelayStreamAsync().ConfigureAwait(false)
            : await _unary.RunAsync(_lane.Answer, _context).ConfigureAwait(false);
        if (outcome.Fault == AttemptFault.None)
        {
            // Before the books are kept, which nobody waits for any more.
            _signal.Work.End();
            long now = LastTicks;
            var duration = new TimeSpan(now - _attemptStart);
            _cursor.Next(_decision.Slot, Outcome.Success(duration), now);
            ObserveAnswer(target, duration, isStream ? _upstreamStream.Progress.Usage : _lane.Answer.Usage);
            Count(status);
            return outcome;
        }

        if (isStream)
        {
            return await ContinueAsync(target, outcome.Fault).ConfigureAwait(false);
        }

        BreakOff(target, outcome.Fault);
        Count(outcome.Fault == AttemptFault.ClientGone ? ClientClosedRequest : status);
        return outcome;
    }

    private ValueTask<RelayOutcome> RelayStreamAsync()
    {
        _context.KeepsAnswer = CanBeContinued && _cursor.HasOthers;
        LetGoOfScan();
        return _stream.RunAsync(_upstreamStream, _context);
    }

    // Whether the client is given what the attempt gave. What a content filter left nothing of is, unless it is to be asked for elsewhere.
    private bool Answers(Lane lane) => lane.HasAnswer
        && (!lane.IsFiltered || (_lanes.UnderWay == 0 && !_cursor.Reroutes(FailureClass.ContentPolicy)));

    private RelayOutcome ReportFailure(Lane lane)
    {
        UpstreamTarget target = lane.Target!;
        try
        {
            if (lane.ReportsError)
            {
                return Reported(target, lane.Answer);
            }

            if (lane.IsFiltered)
            {
                return lane.IsStream ? Failed(target, AttemptFault.ContentFiltered, null) : Filtered(target, lane.Answer);
            }

            return lane.Fault switch
            {
                AttemptFault.None => Refused(target, lane),
                AttemptFault.StreamError => Failed(target, lane.Fault, target.Provider.Mask.Apply(lane.Stream.ProviderError), FailureClassing.Of(lane.Stream.ErrorKind)),
                _ => Failed(target, lane.Fault, lane.Attempt.Detail),
            };
        }
        finally
        {
            lane.Close();
        }
    }

    private Decision Plan(RoutePlan plan)
    {
        var shape = new RequestShape
        {
            InputTokens = Scan.IsJson ? (int)Math.Min(Scan.Json.InputBytes / OctetsPerToken, int.MaxValue) : 0,
            OutputTokens = Scan.IsJson ? (int)Math.Clamp(Scan.Json.MaxTokens, 0, int.MaxValue) : 0,
            Timeout = TimeLeft,
            Needs = _context.Endpoint.Offer,
        };
        return plan.HasConditions || _context.Route?.Sticky is not null ? PlanByFacts(plan, shape) : Begin(plan, shape);
    }

    // What of the deadline is left to the cursor, whose clock is exact while the attempts' is the wheel's: whatever it begins is not over at once.
    private TimeSpan TimeLeft
    {
        get
        {
            TimeSpan left = _deadline - ((_signal.Now - _context.StartTick) * TimerWheel.Tick) - WheelDelay;
            return left > TimerWheel.Tick ? left : TimerWheel.Tick;
        }
    }

    private Decision Begin(RoutePlan plan, in RequestShape shape)
    {
        var facts = default(NoFacts);
        return _plane.Routing.Planner.Begin(plan, shape, ref facts, _chain.Targets, LastTicks, ref _cursor);
    }

    // Facts are read from the body as one piece; a body in several is put together for them.
    [SkipLocalsInit]
    private Decision PlanByFacts(RoutePlan plan, RequestShape shape)
    {
        ReadOnlySequence<byte> body = Scan.IsJson ? _reader.Body : default;
        byte[]? copy = body.IsSingleSegment ? null : ArrayPool<byte>.Shared.Rent((int)body.Length);
        try
        {
            ReadOnlySpan<byte> json = body.FirstSpan;
            if (copy is not null)
            {
                body.CopyTo(copy);
                json = copy.AsSpan(0, (int)body.Length);
            }

            var facts = new RequestFacts(Head, json, stackalloc byte[512]);
            if (_context.Route?.Sticky is { } sticky && facts.TryGet(sticky, out FactValue held) && held.Kind == FactKind.String)
            {
                shape = shape with { StickyKey = RequestShape.HashStickyKey(held.Text) };
            }

            return _plane.Routing.Planner.Begin(plan, shape, ref facts, _chain.Targets, LastTicks, ref _cursor);
        }
        finally
        {
            if (copy is not null)
            {
                ArrayPool<byte>.Shared.Return(copy);
            }
        }
    }

    private void WriteRequest(ref UpstreamRequest request, UpstreamTarget target)
    {
        request.Provider = target.Provider;
        request.Key = target.Provider.Keys[_decision.KeyIndex];
        request.Endpoint = _context.Endpoint;
        request.Head = Head;
        request.Body = _reader.Body;
        Scan.WriteEdits(target, ref request.Edits);
        request.FreshConnection = (_decision.Flags & AttemptFlags.FreshConnection) != 0;
    }

    private GatewayError? ReadDeadline(RoutePlan plan)
    {
        _deadline = plan.Deadline;
        _ownDeadline = false;
        if (!Head.TryGet(KnownHeader.XFastgateTimeoutMs, out ReadOnlySpan<byte> text))
        {
            return null;
        }

        if (!System.Buffers.Text.Utf8Parser.TryParse(text, out uint milliseconds, out int used) || used != text.Length || milliseconds == 0)
        {
            return GatewayError.Invalid("x-fastgate-timeout-ms must be a whole number of milliseconds, 1 or more.", "x-fastgate-timeout-ms");
        }

        var wanted = TimeSpan.FromMilliseconds(milliseconds);
        if (wanted < _deadline)
        {
            _deadline = wanted;
            _ownDeadline = true;
        }

        return null;
    }

    private GatewayError? ReadChain(in Destination destination)
    {
        _chain.Clear();
        return _chain.Read(_snapshot, _plane.Catalog.View, Head, Scan.IsJson ? Scan.Json : null, _reader.Body, destination.Target);
    }

    private async Task<bool> WaitAsync(TimeSpan wait, CancellationToken clientClosed)
    {
        try
        {
            await WaitAsync(Task.Delay(wait, _plane.Time, clientClosed)).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // An answer that is an error: judge it, keep it.
    private RelayOutcome Refused(UpstreamTarget target, Lane lane)
    {
        int status = _attempt.Head.Status;
        byte[] body = lane.Refusal.Octets.ToArray();
        Verdict verdict = OpenAiClassifier.ClassifyResponse(_attempt.Head, body, _plane.Time.GetUtcNow());
        target.Provider.Mask.Apply(body);
        _lastFailure = FailedAttempt.Of(
            target, FailureClassing.Of(verdict.Kind), _attempt.Head, body, MediaTypes.IsJson(_attempt.Head) && lane.RefusalEnd is not null);
        NoteFailure();
        if (lane.RefusalEnd is { } end)
        {
            _attempt.Finish(end);
        }

        return Report(target, _lastFailure.Class, (short)status, verdict.RetryAfter, $"status {status}");
    }

    // An error with the status of an answer. The client, if it gets it, gets it with the status it should have had.
    private RelayOutcome Reported(UpstreamTarget target, HeldAnswer answer)
    {
        byte[] body = answer.Octets.ToArray();
        Verdict verdict = OpenAiClassifier.ClassifyStreamError(body);
        target.Provider.Mask.Apply(body);
        FailureClass failure = verdict.Kind == VerdictKind.Answer ? FailureClass.Upstream5xx : FailureClassing.Of(verdict.Kind);
        _lastFailure = FailedAttempt.OfReport(target, failure, _attempt.Head, body, _context.Endpoint.Stream == StreamGrammar.Responses);
        NoteFailure();
        answer.Finish();
        return Report(target, failure, 200, verdict.RetryAfter, "status 200 with an error");
    }

    // An answer without content. If nothing better comes, it is what the client gets.
    private RelayOutcome Filtered(UpstreamTarget target, HeldAnswer answer)
    {
        _lastFailure = FailedAttempt.Of(target, FailureClass.ContentPolicy, _attempt.Head, answer.Octets.ToArray(), isJson: true);
        NoteFailure();
        answer.Finish();
        return Report(target, FailureClass.ContentPolicy, 200, null, AttemptFaultText.Describe(AttemptFault.ContentFiltered, target.Provider, null));
    }

    private RelayOutcome Failed(UpstreamTarget target, AttemptFault fault, string? detail) => Failed(target, fault, detail, FailureClassing.Of(fault));

    private RelayOutcome Failed(UpstreamTarget target, AttemptFault fault, string? detail, FailureClass failure)
    {
        // A deadline that the client chose itself says nothing about the target.
        if (fault == AttemptFault.ClientGone || (fault == AttemptFault.Deadline && _ownDeadline))
        {
            _lastFailure = FailedAttempt.Of(target, failure, fault, detail);
            NoteFailure();
            _decision = _cursor.Next(_decision.Slot, Outcome.Gone, NowTicks);
            return RelayOutcome.BeforeCommit(fault);
        }

        _lastFailure = FailedAttempt.Of(target, failure, fault, detail);
        NoteFailure();
        return Report(target, failure, 0, null, AttemptFaultText.Describe(fault, target.Provider, detail));
    }

    // Who does not have the endpoint speaks for nobody but others like it.
    private void NoteFailure()
    {
        if (_firstFailure is null || (IsUnsupported && _lastFailure!.Class != FailureClass.NotSupported))
        {
            _firstFailure = _lastFailure;
        }
    }

    private bool IsUnsupported => (_firstFailure?.Class ?? _decision.Reason) == FailureClass.NotSupported;

    private RelayOutcome Report(UpstreamTarget target, FailureClass failure, short status, TimeSpan? retryAfter, string what)
    {
        LogAttemptFailed(_plane.Logger, target.Name, FailureClasses.Name(failure), what);
        target.Meters.Attempts.Observe(SinceStart);
        _plane.Metrics.Attempts.Count(target.Name, FailureClasses.Name(failure));
        int hops = _cursor.Hops;
        _decision = _cursor.Next(_decision.Slot, Outcome.Failure(failure, status, retryAfter), NowTicks);
        if (_decision.Kind == DecisionKind.Attempt && _cursor.Hops > hops)
        {
            CountFailover(target.Name, FailureClasses.Name(failure));
        }

        return RelayOutcome.BeforeCommit(AttemptFault.None);
    }

    // Part of an answer that is no stream was sent: all that is left is to end the client's connection.
    private void BreakOff(UpstreamTarget target, AttemptFault fault)
    {
        if (fault == AttemptFault.ClientGone)
        {
            _cursor.Next(_decision.Slot, Outcome.Gone, NowTicks);
            return;
        }

        FailureClass failure = FailureClassing.Of(fault);
        _plane.Metrics.Attempts.Count(target.Name, FailureClasses.Name(failure));
        target.Meters.Attempts.Observe(SinceStart);
        _cursor.Next(_decision.Slot, Outcome.Failure(failure, 200), NowTicks);
        LogInterrupted(_plane.Logger, target.Name, FailureClasses.Name(failure), AttemptFaultText.Describe(fault, target.Provider, null));
        if (!_context.ClientReadsChunks)
        {
            // The end of the connection would be the end of the answer, as if nothing were missing.
            _connection.Abort("The provider broke off.");
        }
    }

    private async ValueTask<bool> GiveUpAsync(RoutePlan plan)
    {
        if (HasLastResort && IsTotalFailure && await TryLastResortAsync().ConfigureAwait(false) is { } given)
        {
            return given;
        }

        return await SayWhatWentWrongAsync(plan).ConfigureAwait(false);
    }

    private ValueTask<bool> SayWhatWentWrongAsync(RoutePlan plan)
    {
        if (_firstFailure is null)
        {
            return RespondAsync(NothingToTry(plan));
        }

        if (_firstFailure.Fault == AttemptFault.ClientGone || _lastFailure!.Fault == AttemptFault.ClientGone)
        {
            Count(ClientClosedRequest);
            return ValueTask.FromResult(false);
        }

        // What is the request's own fault is answered by whoever found it, and its own deadline by that; else the first target speaks for all.
        bool outOfTime = _ownDeadline && _lastFailure.Fault == AttemptFault.Deadline;
        FailedAttempt failed = outOfTime || _decision.Stop == StopReason.Refused ? _lastFailure : _firstFailure;
        _context.Target = failed.Target;
        _context.Attempts = _cursor.Attempts;
        _context.Fallback = FailureClass.None;
        ReadOnlyMemory<byte> attempts = _cursor.RecordedAttempts > 1 ? AttemptList.Write(_cursor) : default;
        if (failed.Class == FailureClass.NotSupported)
        {
            return RespondAsync(GatewayError.NotSupported(UnsupportedText.Answered(_context.Endpoint, failed)), default, attempts);
        }

        if (failed.Status == 0)
        {
            return RespondAsync(AttemptFaultText.ErrorOf(failed.Fault, failed.Target.Provider, failed.Detail), default, attempts);
        }

        if (failed.Body is null)
        {
            string message = $"{failed.Target.Provider.Name} answered {failed.Status} without an error body that can be passed on.";
            return RespondAsync(GatewayError.UpstreamStatus(failed.Status, message), default, attempts);
        }

        return PassOnAsync(failed, attempts);
    }

    private GatewayError NothingToTry(RoutePlan plan) => _decision.Reason switch
    {
        FailureClass.ContextWindow =>
            new GatewayError(400, "invalid_request_error", "context_length_exceeded", "The input is larger than any target of this route takes (max_input_tokens).", "messages"),
        FailureClass.NotSupported => GatewayError.NotSupported(UnsupportedText.Declared(
            _context.Endpoint,
            _chain.Targets.IsEmpty ? plan.Targets : _chain.Targets.ToArray(),
            _chain.Targets.IsEmpty ? _context.Route?.Name : null)),
        _ => new GatewayError(503, "api_error", "no_target_available",
            "No target of this route can take the request: its conditions leave none, or every key is out of use. See /-/status of the control plane."),
    };

    private async ValueTask<bool> PassOnAsync(FailedAttempt failed, ReadOnlyMemory<byte> attempts)
    {
        ReadOnlyMemory<byte> body = attempts.IsEmpty ? failed.Body! : AttemptList.Insert(failed.Body!, attempts);

        // What is wrong with the request itself stays wrong; anything else may go well the next time.
        bool final = failed.Class is FailureClass.BadRequest or FailureClass.ContextWindow or FailureClass.ContentPolicy;
        NoteOrigin(final);
        ResponseHeadWriter.WriteOwn(_output.Writer, failed.Status, default, failed.HeaderLines, _context.Mark, body.Length);
        _output.Writer.Write(body.Span);
        _context.Tap?.Record(failed.Status, failed.HeaderLines, new ReadOnlySequence<byte>(body), _context.Mark, isStream: false, final);
        return await SendAsync(failed.Status).ConfigureAwait(false);
    }

    private void NoteRoom(UpstreamTarget target)
    {
        ProviderRoom room = RateLimitRoomReader.Read(_attempt.Head, _plane.Time.GetUtcNow());
        if (room.IsKnown)
        {
            target.Decided.Keys.RecordRoom(
                _decision.KeyIndex,
                new RateLimitRoom(room.RemainingRequests, room.LimitRequests, room.RemainingTokens, room.LimitTokens, room.ResetAfter ?? TimeSpan.FromMinutes(1)),
                NowTicks);
        }
    }

    private void OnFirstToken()
    {
        long now = NowTicks;
        var waited = new TimeSpan(now - _attemptStart);
        _context.Target!.Meters.FirstTokens.Observe(waited);
        _cursor.Next(_decision.Slot, Outcome.StreamStarted(waited), now);
        ForgetBeaten(now);
    }

    // The time of what the request's clock was last read for: its first octet, the provider's answer, its last octet. As good as now where
    // nothing was waited for since, and without asking the clock again. It stands still once the client was let go.
    private long LastTicks => _letGo ? NowTicks : _plane.Routing.Clock.TicksAt(_signal.Work.LastRead);

    private long NowTicks => _plane.Routing.Clock.NowTicks;

    private TimeSpan SinceStart => new(NowTicks - _attemptStart);
}

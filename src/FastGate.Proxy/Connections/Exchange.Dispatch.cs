using System.Buffers;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Providers.Classification;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Model;
using FastGate.Proxy.Planning;
using FastGate.Proxy.Relay;
using FastGate.Proxy.Responses;
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

    private readonly RequestChain _chain = new();
    private readonly BodyBuffer _errorBody = new();
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
        GatewayError? error = _scan.Read(_context.Endpoint, Head, _reader.Body);
        if (error is not null)
        {
            return await RespondAsync(error).ConfigureAwait(false);
        }

        if (!DestinationFinder.TryFind(_snapshot, _plane.Catalog.View, _scan.Model, out Destination destination))
        {
            // Perhaps a provider has it by now, or has not been asked yet.
            await _plane.Catalog.RefreshAsync().ConfigureAwait(false);
            if (!DestinationFinder.TryFind(_snapshot, _plane.Catalog.View, _scan.Model, out destination))
            {
                return await RespondAsync(DestinationFinder.NotFound(_snapshot, _plane.Catalog.View, _scan.Model)).ConfigureAwait(false);
            }
        }

        _context.Route = destination.Route;
        _context.Direct = destination.Route is null;
        error = ReadDeadline(destination.Plan) ?? ReadChain(destination);
        if (error is not null)
        {
            return await RespondAsync(error).ConfigureAwait(false);
        }

        _firstFailure = _lastFailure = null;
        _decision = Plan(destination.Plan);
        try
        {
            // 2.
            while (_decision.Kind == DecisionKind.Attempt)
            {
                if (_decision.Wait > TimeSpan.Zero)
                {
                    if (!await WaitAsync(_decision.Wait, clientClosed).ConfigureAwait(false))
                    {
                        Count(ClientClosedRequest);
                        return false;
                    }

                    _decision = _cursor.AfterWait(_decision.Slot, NowTicks);
                    continue;
                }

                RelayOutcome outcome = await AttemptAsync(clientClosed).ConfigureAwait(false);

                // 3.
                if (outcome.Committed)
                {
                    return outcome.KeepAlive;
                }
            }

            // 4.
            return await GiveUpAsync().ConfigureAwait(false);
        }
        finally
        {
            _cursor.End(NowTicks);
        }
    }

    // One attempt as decided. Not committed: the outcome was reported, and _decision says what is next.
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<RelayOutcome> AttemptAsync(CancellationToken clientClosed)
    {
        var target = UpstreamTarget.Of(_decision.Target!);
        Provider provider = target.Provider;
        _context.Target = target;
        _context.Timeouts = provider.Timeouts;
        _context.Attempts = _cursor.Attempts;
        _context.Fallback = _cursor.FallbackReason;
        _attemptStart = NowTicks;
        _signal.Limit(_deadline, _context.StartTick);
        AttemptFault fault = await _attempt.OpenAsync(Request(target), clientClosed).ConfigureAwait(false);
        if (fault != AttemptFault.None)
        {
            return Failed(target, fault, _attempt.Detail);
        }

        int status = _attempt.Head.Status;
        if (status >= 400)
        {
            return await RefusedAsync(target).ConfigureAwait(false);
        }

        if (_context.Route is { ReadsRoom: true })
        {
            NoteRoom(target);
        }

        bool isStream = status == 200 && MediaTypes.IsEventStream(_attempt.Head);
        RelayOutcome outcome = isStream
            ? await _stream.RunAsync(_attempt, _context).ConfigureAwait(false)
            : await _unary.RunAsync(_attempt, _context).ConfigureAwait(false);
        if (!outcome.Committed)
        {
            _attempt.Cancel();
            return isStream && outcome.Fault == AttemptFault.StreamError
                ? Failed(target, outcome.Fault, _stream.ProviderError, FailureClassing.Of(_stream.ErrorKind))
                : Failed(target, outcome.Fault, _attempt.Detail);
        }

        if (outcome.Fault == AttemptFault.None)
        {
            _cursor.Next(_decision.Slot, Outcome.Success(SinceStart), NowTicks);
            target.Answered.Increment();
            Count(status);
            return outcome;
        }

        await BreakOffAsync(target, outcome.Fault, isStream).ConfigureAwait(false);
        Count(outcome.Fault == AttemptFault.ClientGone ? ClientClosedRequest : status);
        return outcome;
    }

    private Decision Plan(RoutePlan plan)
    {
        var shape = new RequestShape
        {
            InputTokens = _scan.IsJson ? (int)Math.Min(_scan.Json.InputBytes / OctetsPerToken, int.MaxValue) : 0,
            OutputTokens = _scan.IsJson ? (int)Math.Clamp(_scan.Json.MaxTokens, 0, int.MaxValue) : 0,
            Timeout = _deadline,
        };
        return plan.HasConditions || _context.Route?.Sticky is not null ? PlanByFacts(plan, shape) : Begin(plan, shape);
    }

    private Decision Begin(RoutePlan plan, in RequestShape shape)
    {
        var facts = default(NoFacts);
        return _plane.Routing.Planner.Begin(plan, shape, ref facts, _chain.Targets, NowTicks, out _cursor);
    }

    // Facts are read from the body as one piece; a body in several is put together for them.
    [SkipLocalsInit]
    private Decision PlanByFacts(RoutePlan plan, RequestShape shape)
    {
        ReadOnlySequence<byte> body = _scan.IsJson ? _reader.Body : default;
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

            return _plane.Routing.Planner.Begin(plan, shape, ref facts, _chain.Targets, NowTicks, out _cursor);
        }
        finally
        {
            if (copy is not null)
            {
                ArrayPool<byte>.Shared.Return(copy);
            }
        }
    }

    private UpstreamRequest Request(UpstreamTarget target) => new()
    {
        Provider = target.Provider,
        Key = target.Provider.Keys[_decision.KeyIndex],
        Endpoint = _context.Endpoint,
        Head = Head,
        Body = _reader.Body,
        Edits = _scan.EditsFor(target),
        FreshConnection = (_decision.Flags & AttemptFlags.FreshConnection) != 0,
    };

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
        return _chain.Read(_snapshot, _plane.Catalog.View, Head, _scan.IsJson ? _scan.Json : null, _reader.Body, destination.Target);
    }

    private async Task<bool> WaitAsync(TimeSpan wait, CancellationToken clientClosed)
    {
        try
        {
            await Task.Delay(wait, _plane.Time, clientClosed).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // An answer that is an error: read it, judge it, keep it.
    private async ValueTask<RelayOutcome> RefusedAsync(UpstreamTarget target)
    {
        bool isJson = MediaTypes.IsJson(_attempt.Head);
        int status = _attempt.Head.Status;
        Verdict verdict;
        try
        {
            SequencePosition? end = await WholeBody.ReadAsync(_attempt, _errorBody, _signal, _context.Timeouts.Stall).ConfigureAwait(false);
            if (_signal.ClientGone)
            {
                return Failed(target, AttemptFault.ClientGone, null);
            }

            byte[] body = _errorBody.Octets.ToArray();
            verdict = OpenAiClassifier.ClassifyResponse(_attempt.Head, body, _plane.Time.GetUtcNow());
            _lastFailure = FailedAttempt.Of(target, FailureClassing.Of(verdict.Kind), _attempt.Head, body, isJson && end is not null);
            _firstFailure ??= _lastFailure;
            if (end is not null)
            {
                _attempt.Finish(end.Value);
            }
        }
        finally
        {
            _errorBody.Clear();
            _attempt.Cancel();
        }

        return Report(target, _lastFailure.Class, (short)status, verdict.RetryAfter, $"status {status}");
    }

    private RelayOutcome Failed(UpstreamTarget target, AttemptFault fault, string? detail) => Failed(target, fault, detail, FailureClassing.Of(fault));

    private RelayOutcome Failed(UpstreamTarget target, AttemptFault fault, string? detail, FailureClass failure)
    {
        // A deadline that the client chose itself says nothing about the target.
        if (fault == AttemptFault.ClientGone || (fault == AttemptFault.Deadline && _ownDeadline))
        {
            _lastFailure = FailedAttempt.Of(target, failure, fault, detail);
            _firstFailure ??= _lastFailure;
            _decision = _cursor.Next(_decision.Slot, Outcome.Gone, NowTicks);
            return RelayOutcome.BeforeCommit(fault);
        }

        _lastFailure = FailedAttempt.Of(target, failure, fault, detail);
        _firstFailure ??= _lastFailure;
        return Report(target, failure, 0, null, AttemptFaultText.Describe(fault, target.Provider, detail));
    }

    private RelayOutcome Report(UpstreamTarget target, FailureClass failure, short status, TimeSpan? retryAfter, string what)
    {
        LogAttemptFailed(_plane.Logger, target.Name, FailureClasses.Name(failure), what);
        _plane.Metrics.Attempts.Count(target.Name, FailureClasses.Name(failure));
        int hops = _cursor.Hops;
        _decision = _cursor.Next(_decision.Slot, Outcome.Failure(failure, status, retryAfter), NowTicks);
        if (_decision.Kind == DecisionKind.Attempt && _cursor.Hops > hops)
        {
            _plane.Metrics.Failovers.Count(_context.Route?.Name ?? Measurement.RequestCounters.DirectLabel, target.Name, _decision.Target!.Name, FailureClasses.Name(failure));
        }

        return RelayOutcome.BeforeCommit(AttemptFault.None);
    }

    // Part of the answer was sent. What broke is reported to the cursor and, in a stream, to the client.
    private async ValueTask BreakOffAsync(UpstreamTarget target, AttemptFault fault, bool isStream)
    {
        if (fault == AttemptFault.ClientGone)
        {
            _cursor.Next(_decision.Slot, Outcome.Gone, NowTicks);
            return;
        }

        FailureClass failure = fault == AttemptFault.StreamError ? FailureClassing.Of(_stream.ErrorKind) : FailureClassing.Of(fault);
        string what = AttemptFaultText.Describe(fault, target.Provider, isStream ? _stream.ProviderError : null);
        _plane.Metrics.Attempts.Count(target.Name, FailureClasses.Name(failure));
        _cursor.Next(_decision.Slot, Outcome.Failure(failure, 200), NowTicks);
        LogInterrupted(_plane.Logger, target.Name, FailureClasses.Name(failure), what);
        if (isStream)
        {
            await _stream.InterruptAsync(what, _context).ConfigureAwait(false);
        }
    }

    private ValueTask<bool> GiveUpAsync()
    {
        if (_firstFailure is null)
        {
            return RespondAsync(NothingToTry());
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

    private GatewayError NothingToTry() => _decision.Reason == FailureClass.ContextWindow
        ? new GatewayError(400, "invalid_request_error", "context_length_exceeded", "The input is larger than any target of this route takes (max_input_tokens).", "messages")
        : new GatewayError(503, "api_error", "no_target_available",
            "No target of this route can take the request: its conditions leave none, or every key is out of use. See /-/status of the control plane.");

    private async ValueTask<bool> PassOnAsync(FailedAttempt failed, ReadOnlyMemory<byte> attempts)
    {
        ReadOnlyMemory<byte> body = attempts.IsEmpty ? failed.Body! : AttemptList.Insert(failed.Body!, attempts);
        ResponseHeadWriter.WriteOwn(_output.Writer, failed.Status, default, failed.HeaderLines, _context.Mark, body.Length);
        _output.Writer.Write(body.Span);
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

    private void OnFirstToken() => _cursor.Next(_decision.Slot, Outcome.StreamStarted(SinceStart), NowTicks);

    private long NowTicks => _plane.Routing.Clock.NowTicks;

    private TimeSpan SinceStart => new(NowTicks - _attemptStart);
}

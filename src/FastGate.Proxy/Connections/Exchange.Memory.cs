using System.Buffers;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Idempotency;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Model;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Connections;

/// <content>Requests that are held against earlier ones: those with an idempotency key, and those whose answers are stored.</content>
internal sealed partial class Exchange
{
    private RequestMemory? _memory;
    private UpstreamTarget? _direct;
    private bool _letGo;

    private AnswerPolicy Policy => _context.Route?.Answers ?? _snapshot.DirectAnswers;

    private RequestMemory Memory => _memory ??= new RequestMemory(_plane, _signal, _output);

    private bool HasMemory => RequestMemory.Concerns(Policy, Head);

    /// <summary>
    /// Answers a request from an earlier one's answer, if there is one. 1. Claim its key: the first with it runs, others are given that one's
    /// answer. 2. Look for a stored answer. 3. Else see to it that the answer to come is kept.
    /// </summary>
    /// <returns>Null when the request must be sent to a provider; else whether the connection goes on.</returns>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<bool?> AnswerFromMemoryAsync(UpstreamTarget? direct)
    {
        _direct = direct;
        AnswerPolicy policy = Policy;

        // 1.
        if (policy.IdempotencyTtl > TimeSpan.Zero && (policy.IdempotencyAuto || IdempotencyKeys.IsGiven(Head)))
        {
            bool? answered = await ClaimAsync(policy).ConfigureAwait(false);
            if (answered is not null)
            {
                return answered;
            }
        }

        if (!policy.Stores || !Scan.IsJson || _plane.Answers is not { } store || ReadCacheControl().NoStore)
        {
            return null;
        }

        // 2.
        AnswerKey key = await StoreKeyAsync().ConfigureAwait(false);
        if (policy.CacheTtl > TimeSpan.Zero)
        {
            if (ReadCacheControl().NoCache)
            {
                _plane.Metrics.Answers.Count(CacheResult.Bypass);
            }
            else if (await TryGiveStoredAsync(store, key, policy.CacheTtl, AnswerOrigin.CacheHit).ConfigureAwait(false) is { } given)
            {
                return given;
            }
            else
            {
                _plane.Metrics.Answers.Count(CacheResult.Miss);
            }
        }

        // 3.
        Memory.Tap.WantCopy(key, Scan.Json.IncludeUsage);
        _context.Tap = Memory.Tap;
        return null;
    }

    // The request is over: what was taken down is kept or let go.
    private ValueTask EndMemoryAsync()
    {
        AnswerTap tap = _context.Tap!;
        _context.Tap = null;
        return tap.EndAsync();
    }

    // A provider that works on a run may be paid for it: the deadline ends the client's wait, and what comes is there when the client asks again.
    private bool OutlivesDeadline => _context.Tap is { HasRun: true };

    /// <summary>
    /// The deadline of a run's client has passed while attempts are under way: it is answered as if they had failed, and they go on
    /// without it.
    /// </summary>
    private async ValueTask LetClientGoAsync()
    {
        _lanes.DisarmDeadline();
        if (_signal.IsDetached)
        {
            return;
        }

        AnswerTap? tap = _context.Tap;
        _context.Tap = null;
        _context.Close = true;
        if (!HasLastResort || await TryLastResortAsync().ConfigureAwait(false) is null)
        {
            await RespondAsync(GatewayError.UpstreamTimeout("The request was not answered in time. It still runs: ask again with the same idempotency key.")).ConfigureAwait(false);
        }

        _letGo = true;
        _context.Tap = tap;
        if (!_output.LetClientGo())
        {
            // There are too many of those that go on: the attempts learn that nobody waits.
            _signal.Wake();
        }
    }

    // An answer that is not kept is not said to be.
    private void NoteOrigin(bool final)
    {
        if (!final && _context.Origin == AnswerOrigin.Stored)
        {
            _context.Origin = AnswerOrigin.Made;
        }
    }

    private async ValueTask<bool?> ClaimAsync(AnswerPolicy policy)
    {
        GatewayError? error = IdempotencyKeys.IsGiven(Head) ? IdempotencyKeys.Read(Head, out _) : null;
        if (error is not null)
        {
            return await RespondAsync(error).ConfigureAwait(false);
        }

        AnswerKey request = await Memory.RequestKeyAsync(Head, Scan.IsJson, _reader.Body).ConfigureAwait(false);
        IdempotencyClaim claim = await _plane.Idempotency.ClaimAsync(KeyOf(request), request).ConfigureAwait(false);
        switch (claim.Kind)
        {
            case ClaimKind.Begun:
                Memory.Tap.Take(claim.Run!, policy.IdempotencyTtl);
                _context.Tap = Memory.Tap;
                _context.Origin = AnswerOrigin.Stored;

                // A client that goes now comes back with its key: the answer is to be there for it.
                _signal.Outlive(claim.Run!.Recording);
                return null;
            case ClaimKind.Found:
                return await JoinAsync(claim.Run!).ConfigureAwait(false);
            case ClaimKind.Kept:
                return await ReplayAsync(claim.Answer).ConfigureAwait(false);
            case ClaimKind.Conflict:
                _plane.Metrics.Answers.Count(IdempotencyResult.Conflict);
                return await RespondAsync(GatewayError.Conflict(
                    "This idempotency key was used for another request; draw a new key for each request, and repeat the same request with the same key only.")).ConfigureAwait(false);
            default:
                _plane.Metrics.Answers.Count(IdempotencyResult.Full);
                return null;
        }
    }

    private AnswerKey KeyOf(in AnswerKey request)
    {
        Span<byte> scope = stackalloc byte[IdempotencyKeys.ScopeLength];
        IdempotencyKeys.WriteScope(_context.Client, Head, scope);
        return IdempotencyKeys.IsGiven(Head) && IdempotencyKeys.Read(Head, out ReadOnlySpan<byte> key) is null
            ? IdempotencyKeys.ForGiven(scope, key)
            : IdempotencyKeys.ForRequest(scope, request);
    }

    private ValueTask<AnswerKey> StoreKeyAsync()
    {
        Span<byte> scope = stackalloc byte[IdempotencyKeys.ScopeLength];
        IdempotencyKeys.WriteScope(_context.Client, Head, scope);
        return Memory.StoreKeyAsync(scope, Head, _context.Route is { } route ? route.NameUtf8 : _direct!.NameUtf8, _reader.Body);
    }

    private async ValueTask<bool?> JoinAsync(IdempotentRun run)
    {
        try
        {
            _context.Origin = AnswerOrigin.Joined;
            JoinOutcome outcome = await Memory.Join.RunAsync(run, _context, _deadline).ConfigureAwait(false);
            if (outcome is JoinOutcome.TooLate or JoinOutcome.TooLarge or JoinOutcome.NoAnswer)
            {
                _context.Origin = AnswerOrigin.Made;
                return await RespondAsync(outcome switch
                {
                    JoinOutcome.TooLate => GatewayError.UpstreamTimeout("The first request with this idempotency key was not answered in time. It still runs: ask again with the same key."),
                    JoinOutcome.NoAnswer => GatewayError.Upstream("The first request with this idempotency key ended without an answer."),
                    _ => GatewayError.Conflict("The first request with this idempotency key is still being answered, and its answer is too large to be given twice. Ask again when it is done."),
                }).ConfigureAwait(false);
            }

            return Joined(outcome, run.Head?.Status ?? 0);
        }
        finally
        {
            run.Recording.Release();
        }
    }

    private async ValueTask<bool?> ReplayAsync(KeptAnswer answer)
    {
        _context.Origin = AnswerOrigin.Replayed;
        return Joined(await Memory.Join.ReplayAsync(answer, _context).ConfigureAwait(false), answer.Status);
    }

    // Whether the connection goes on behind another exchange's answer. A client may have gone before that had a status.
    private bool Joined(JoinOutcome outcome, int status)
    {
        Count(outcome == JoinOutcome.Gone ? ClientClosedRequest : status);
        return outcome == JoinOutcome.Complete && !_context.Close;
    }

    private async ValueTask<bool?> TryGiveStoredAsync(IAnswerStore store, AnswerKey key, TimeSpan age, AnswerOrigin origin)
    {
        BodyBuffer found = Memory.Found;
        try
        {
            if (!await store.TryReadAsync(key, UnixNow - (long)age.TotalSeconds, found).ConfigureAwait(false)
                || !StoredAnswer.TryRead(found.Octets, out StoredAnswer stored)
                || !ReadyAnswer.TryMake(stored, _context.Endpoint, Scan.Json.Stream, Scan.Json.IncludeUsage, out ReadyAnswer answer))
            {
                return null;
            }

            if (origin == AnswerOrigin.CacheStale)
            {
                NoteLastResort("cache", TotalFailure);
            }

            _plane.Metrics.Answers.Count(origin == AnswerOrigin.CacheHit ? CacheResult.Hit : CacheResult.Stale);
            _context.Origin = origin;
            return await GiveAsync(answer, origin == AnswerOrigin.CacheHit).ConfigureAwait(false);
        }
        finally
        {
            found.Clear();
        }
    }

    // An answer that is there as a whole.
    private async ValueTask<bool> GiveAsync(ReadyAnswer answer, bool final)
    {
        bool chunked = answer.IsStream && _context.ClientReadsChunks;
        _context.Close |= answer.IsStream && !chunked;
        WriteWhole(answer, chunked, final);
        return await SendAsync(answer.Status).ConfigureAwait(false);
    }

    private void WriteWhole(in ReadyAnswer answer, bool chunked, bool final)
    {
        ResponseMark mark = _context.MarkFor(answer.Target.Span, _context.Attempts, Routing.Outcomes.FailureClass.None);
        ResponseHeadWriter.WriteOwn(_output.Writer, answer.Status, answer.ContentType.Span, default, mark, answer.IsStream ? _context.UnknownLength : answer.Body.Length);
        foreach (ReadOnlyMemory<byte> part in answer.Body)
        {
            if (chunked)
            {
                ChunkWriter.Write(_output.Writer, part.Span);
            }
            else
            {
                _output.Writer.Write(part.Span);
            }
        }

        if (chunked)
        {
            _output.Writer.Write(ChunkWriter.LastChunk);
        }

        _context.Tap?.Record(answer.Status, answer.HeaderLines(), answer.Body, mark, answer.IsStream, final);
    }

    private (bool NoStore, bool NoCache) ReadCacheControl() => Head.Has(KnownHeader.CacheControl) ? CacheControl.Read(Head) : default;

    private long UnixNow => _plane.Time.GetUtcNow().ToUnixTimeSeconds();
}

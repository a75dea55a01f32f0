using System.Buffers;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Protocol.Sse;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Continuation;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Replay;
using FastGate.Proxy.Responses;
using FastGate.Proxy.Streams;

namespace FastGate.Proxy.Relay;

/// <summary>
/// The client's side of a stream: writes its head and then the events of the upstream that answers, as they come, and never an end that
/// looks complete where the answer is not.
/// </summary>
internal sealed class StreamRelay(ClientOutput client, StreamRecorder recorder, ProxyMetrics metrics, Action onFirstToken) : IStreamSink, IEventWriter
{
    private bool _chunked;
    private bool _wrote;
    private AnswerTap? _tap;
    private bool _keeps;
    private DeliveredResponse? _response;
    private bool _isResponse;
    private bool _continues;

    /// <summary>What the client has been sent, where that is kept for a continuation.</summary>
    internal DeliveredAnswer Delivered { get; } = new();

    /// <summary>Whether another provider can be asked to go on with what the client has been sent.</summary>
    internal bool CanGoOn => _isResponse ? Response.CanGoOn : !Delivered.IsLost;

    // Most connections never see a stream of the Responses API.
    private DeliveredResponse Response => _response ??= new DeliveredResponse(Delivered);

    /// <summary>
    /// Relays a stream that has been held to its first content.
    /// 1. Commit. 2. Write the events that have come. 3. Send. 4. Stop when the answer is complete or broken; else 5. wait for more.
    /// </summary>
    internal ValueTask<RelayOutcome> RunAsync(UpstreamStream upstream, RelayContext context)
    {
        // 1.
        Commit(upstream, context);
        onFirstToken();
        return PumpAsync(upstream, this, context);
    }

    /// <summary>Forgets what the client has been sent.</summary>
    internal void Forget()
    {
        Delivered.Clear();
        _response?.Clear();
    }

    /// <summary>What takes the events of a provider that goes on with the answer.</summary>
    /// <param name="matcher">Knows where the new text begins.</param>
    /// <param name="exact">Whether the answer must repeat what was delivered, whatever that was.</param>
    /// <param name="legacy">Whether this is a legacy completion.</param>
    internal IStreamSink Continued(AnswerMatcher matcher, bool exact, bool legacy) => _isResponse
        ? new ContinuedResponse(matcher, Delivered, Response, this, exact)
        : new ContinuedStream(matcher, Delivered, this, exact, legacy);

    /// <summary>Goes on with a stream that broke: what another provider's stream, held to its first content, adds to the answer.</summary>
    /// <returns>A fault <see cref="AttemptFault.OtherAnswer"/> when it adds nothing because it answers something else.</returns>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    internal async ValueTask<RelayOutcome> ContinueAsync(UpstreamStream upstream, IStreamSink continued, RelayContext context)
    {
        _continues = true;
        upstream.Release(context.StartTick);
        RelayOutcome outcome = await PumpAsync(upstream, continued, context).ConfigureAwait(false);
        NoteContinued(outcome.Fault == AttemptFault.OtherAnswer ? ContinuationResults.Mismatch : ContinuationResults.Continued);
        return outcome;
    }

    /// <inheritdoc/>
    public bool IsRefused => false;

    /// <inheritdoc/>
    public void OnEvent(in SseEvent item, in StreamProgress progress)
    {
        WriteEvent(item.Raw);
        if (_isResponse)
        {
            Response.Note(item.Data, _keeps);
        }
        else if (_keeps && !progress.IsEnded)
        {
            Delivered.Note(item.Data, progress.Chunk);
        }
    }

    /// <inheritdoc/>
    public void OnComment(in SseEvent item) => WriteComment(item.Raw);

    /// <inheritdoc/>
    public void WriteEvent(ReadOnlySpan<byte> raw)
    {
        if (recorder.IsOn)
        {
            ReadOnlySpan<byte> block = recorder.WithoutId(raw);
            Write(recorder.Add(block), block);
        }
        else
        {
            Write(raw);
        }
    }

    /// <inheritdoc/>
    public void WriteComment(ReadOnlySpan<byte> raw) => Write(recorder.IsOn ? recorder.WithoutId(raw) : raw);

    /// <summary>Tells the client that its stream broke. The connection must be closed behind it, without the body's end.</summary>
    internal ValueTask<bool> InterruptAsync(string message, RelayContext context)
    {
        var text = new ArrayBufferWriter<byte>(512);
        ErrorWriter.WriteInterruption(text, message, _isResponse, _isResponse ? new ResponseProgress(Response.Id, Response.Next) : default);
        WriteEvent(text.WrittenSpan);
        recorder.Break();
        return client.FlushAsync(context.ClientPatience);
    }

    // Steps 2 to 5 of a relay, in one method: what it suspends is held for as long as the stream lasts.
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<RelayOutcome> PumpAsync(UpstreamStream upstream, IStreamSink sink, RelayContext context)
    {
        metrics.StreamsStarted.Increment();
        try
        {
            while (true)
            {
                // 2.
                StreamState state = upstream.Take(sink);
                if (sink.IsRefused)
                {
                    return RelayOutcome.AfterCommit(AttemptFault.OtherAnswer);
                }

                if (state == StreamState.Complete)
                {
                    return await CompleteAsync(upstream, context).ConfigureAwait(false);
                }

                // 3.
                long clientTicks = 0;
                if (_wrote)
                {
                    _wrote = false;
                    _tap?.Publish();
                    recorder.Publish();
                    if (!await client.FlushAsync(context.ClientPatience).ConfigureAwait(false))
                    {
                        return RelayOutcome.Gone;
                    }

                    clientTicks = client.WaitedTicks;
                }

                // 4.
                if (state == StreamState.Open)
                {
                    // 5.
                    state = upstream.Note(await upstream.ReadAsync(clientTicks).ConfigureAwait(false));
                }

                switch (state)
                {
                    case StreamState.Complete:
                        return await CompleteAsync(upstream, context).ConfigureAwait(false);
                    case StreamState.Broken:
                        return RelayOutcome.AfterCommit(upstream.Fault);
                }
            }
        }
        finally
        {
            metrics.StreamsEnded.Increment();
            upstream.End();
        }
    }

    private void NoteContinued(string result)
    {
        if (_continues)
        {
            _continues = false;
            metrics.Continuations.Count(result);
        }
    }

    private void Write(ReadOnlySpan<byte> octets, ReadOnlySpan<byte> rest = default)
    {
        _wrote = true;
        _tap?.Append(octets, rest);
        if (_chunked)
        {
            ChunkWriter.Write(client.Writer, octets, rest);
        }
        else
        {
            client.Writer.Put(octets);
            client.Writer.Put(rest);
        }
    }

    private void Commit(UpstreamStream upstream, RelayContext context)
    {
        _chunked = context.ClientReadsChunks;
        _wrote = true;
        _keeps = context.KeepsAnswer;
        _isResponse = context.Endpoint.Stream == StreamGrammar.Responses;
        context.Close |= !_chunked;
        recorder.Begin(context);
        Forget();
        ResponseHeadWriter.WriteForwarded(client.Writer, upstream.Attempt.Head, context.Mark, context.UnknownLength);
        _tap = context.Tap;
        _tap?.Begin(upstream.Attempt.Head, context.Mark, -1, isStream: true);
        upstream.Attempt.Head.LetGoOfFields();
        upstream.Release(context.StartTick);
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<RelayOutcome> CompleteAsync(UpstreamStream upstream, RelayContext context)
    {
        if (context.Endpoint.Stream == StreamGrammar.Chat && !upstream.Progress.IsEnded)
        {
            WriteEvent("data: [DONE]\n\n"u8);
        }

        recorder.Complete();

        // Whoever has the whole answer finds it counted.
        NoteContinued(ContinuationResults.Continued);

        if (_chunked)
        {
            client.Writer.Write(ChunkWriter.LastChunk);
        }

        _tap?.Complete();

        if (!await client.FlushAsync(context.ClientPatience).ConfigureAwait(false))
        {
            return RelayOutcome.Gone;
        }

        await upstream.FinishAsync().ConfigureAwait(false);
        return RelayOutcome.Complete(!context.Close);
    }
}

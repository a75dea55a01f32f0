using System.Runtime.CompilerServices;
using System.Text;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Replay;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Connections;

/// <content>Streams that a client comes back to.</content>
internal sealed partial class Exchange
{
    private static readonly byte[] ResumedLines = "cache-control: no-cache\r\n"u8.ToArray();

    private ReplayRelay? _replay;

    // Whether the stream of this request is to be resumable, and how.
    private StreamSettings? Resumable(StreamSettings settings) => settings.Resume switch
    {
        StreamResume.Never => null,
        StreamResume.Always => settings,
        _ => Head.TryGet(KnownHeader.XFastgateStreamResume, out ReadOnlySpan<byte> asked) && Ascii.EqualsIgnoreCase(asked, "true"u8) ? settings : null,
    };

    // A POST is sent again to go on with its stream if it names an event of ours; ids of other servers mean nothing here.
    private bool NamesStream() => Head.TryGet(KnownHeader.LastEventId, out ReadOnlySpan<byte> id) && StreamToken.TryParseId(id, out _, out _);

    /// <summary>
    /// Answers with the events of a stream behind the last one the client has seen.
    /// 1. Find the stream. 2. Find the place in it. 3. Send what is there and then what comes.
    /// </summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<bool> ResumeAsync()
    {
        // 1.
        GatewayError? error = FindStream(out ResumableStream? stream, out long seen);
        if (error is not null)
        {
            return await RespondAsync(error).ConfigureAwait(false);
        }

        _context.Stream = stream;
        _context.Route = stream!.Route;
        _context.Direct = stream.Route is null;
        _context.Target = stream.Target;
        _replay ??= new ReplayRelay(_signal, _output);
        try
        {
            // 2.
            AttachResult attached = Attach(stream, seen);
            if (attached == AttachResult.Nothing)
            {
                ResponseHeadWriter.WriteOwn(_output.Writer, 204, default, default, _context.Mark, 0);
                return await SendAsync(204).ConfigureAwait(false);
            }

            if (attached != AttachResult.Attached)
            {
                return await RespondAsync(attached == AttachResult.Ahead
                    ? GatewayError.Invalid($"The stream has no event {seen} yet; send the id of the last event you have received.", "last-event-id")
                    : GatewayError.NoSuchStream($"The events behind {seen} are no longer kept: the stream is longer than stream.ring allows. Send the request again.")).ConfigureAwait(false);
            }
        }
        finally
        {
            stream.Recording.Release();
        }

        // 3.
        try
        {
            bool withBody = Head.Verb != HttpVerb.Head;
            _context.Close |= !_context.ClientReadsChunks && withBody;
            ResponseHeadWriter.WriteOwn(_output.Writer, 200, "text/event-stream"u8, ResumedLines, _context.Mark, _context.UnknownLength);
            if (!withBody)
            {
                return await SendAsync(200).ConfigureAwait(false);
            }

            Count(200);
            bool whole = await _replay.RunAsync(_context.ClientReadsChunks, _context.ClientPatience, stream.Grammar == StreamGrammar.Responses).ConfigureAwait(false);
            return whole && !_context.Close;
        }
        finally
        {
            _replay.Detach();
        }
    }

    private GatewayError? FindStream(out ResumableStream? stream, out long seen)
    {
        stream = null;
        seen = 0;
        StreamToken token;
        bool hasId = Head.TryGet(KnownHeader.LastEventId, out ReadOnlySpan<byte> id) && !id.IsEmpty;
        bool isId = StreamToken.TryParseId(id, out StreamToken named, out seen);
        if (_context.Endpoint.Kind == EndpointKind.Stream)
        {
            if (!StreamToken.TryParse(Head[Head.Path][_context.Endpoint.PathUtf8.Length..], out token))
            {
                return Expired("There is no such stream: a token is what x-fastgate-stream says, 22 characters.");
            }

            if (hasId && (!isId || named != token))
            {
                return GatewayError.Invalid("Last-Event-ID must be the id of an event of this stream, as in TOKEN:12, or be left out to begin with the first event.", "last-event-id");
            }
        }
        else
        {
            token = named;
        }

        stream = _plane.Streams.Find(token);
        if (stream is null)
        {
            return Expired("There is no such stream, or no longer: it is kept for stream.retain after its end, and less if memory is short. Send the request again.");
        }

        if (!_snapshot.Clients.IsOpen && !stream.BelongsTo(_context.Client))
        {
            stream.Recording.Release();
            stream = null;
            _plane.Metrics.Resumes.Count("forbidden");
            return GatewayError.NotYourStream;
        }

        return null;
    }

    private GatewayError Expired(string message)
    {
        _plane.Metrics.Resumes.Count("expired");
        return GatewayError.NoSuchStream(message);
    }

    private AttachResult Attach(ResumableStream stream, long seen)
    {
        bool live = stream.Recording.State == RecordingState.Live;
        AttachResult attached = _replay!.TryAttach(stream.Recording, seen + 1);
        switch (attached)
        {
            case AttachResult.Attached when live:
                _plane.Metrics.Resumes.Count("live");
                break;
            case AttachResult.Attached:
                _plane.Metrics.Resumes.Count("replayed");
                break;
            case AttachResult.Nothing:
                _plane.Metrics.Resumes.Count("empty");
                break;
            case AttachResult.Dropped:
                _plane.Metrics.Resumes.Count("expired");
                break;
        }

        return attached;
    }
}

using FastGate.MockProvider.Behaviours;
using FastGate.MockProvider.Http;

namespace FastGate.MockProvider.Delivery;

/// <summary>Sends an answer at a plan's pace and with its accidents. Every wait ends at once when the client goes.</summary>
internal static class AnswerSender
{
    internal static async Task<AfterExchange> SendAsync(ResponseWriter writer, Answer answer, Pace pace)
    {
        writer.Slice = pace.Slice;
        await writer.DelayAsync(pace.BeforeHead);
        return answer switch
        {
            WholeAnswer whole => await SendWholeAsync(writer, whole, pace),
            StreamedAnswer streamed => await SendStreamAsync(writer, streamed, pace),
            _ => throw new ArgumentException($"unknown kind of answer: {answer.GetType().Name}", nameof(answer)),
        };
    }

    private static async Task<AfterExchange> SendWholeAsync(ResponseWriter writer, WholeAnswer answer, Pace pace)
    {
        int middle = MiddleOf(answer.Body.Length, pace);
        byte[] body = pace.Incident == Incident.Malformed ? answer.Body[..middle] : answer.Body;
        var head = new ResponseHead(answer.Status, answer.ContentType, body.Length, answer.Headers);
        if (pace.Incident == Incident.None && pace.BetweenHeadBytes == TimeSpan.Zero && pace.BeforeFirstEvent == TimeSpan.Zero)
        {
            await writer.SendAsync(head, body);
            return AfterExchange.KeepAlive;
        }

        await writer.SendHeadAsync(head, pace.BetweenHeadBytes);
        await writer.DelayAsync(pace.BeforeFirstEvent);
        switch (pace.Incident)
        {
            case Incident.Cut:
                await writer.WriteAsync(body.AsMemory(0, middle));
                return await EndAsync(writer, pace.End == StreamEnd.Clean ? StreamEnd.Close : pace.End);
            case Incident.Stall:
                await writer.WriteAsync(body.AsMemory(0, middle));
                return await EndAsync(writer, StreamEnd.Hang);
            case Incident.None when answer.Status < 300:
                await writer.CompleteAsync(body);
                return AfterExchange.KeepAlive;
            default:
                await writer.WriteAsync(body);
                return AfterExchange.KeepAlive;
        }
    }

    /// <summary>Where an unary body is broken: never at its end, which would leave it whole.</summary>
    private static int MiddleOf(int length, Pace pace) =>
        Math.Min(pace.IncidentAfterBytes ?? (int)((pace.IncidentShare ?? 0.5) * length), Math.Max(0, length - 1));

    private static async Task<AfterExchange> SendStreamAsync(ResponseWriter writer, StreamedAnswer answer, Pace pace)
    {
        IReadOnlyList<StreamPiece> pieces = pace.OmitDone ? [.. answer.Pieces.Where(piece => piece.Kind != PieceKind.Done)] : answer.Pieces;
        IncidentPlace place = pace.Incident == Incident.None ? new IncidentPlace(int.MaxValue, 0) : IncidentPlace.In(pieces, pace);
        int completing = CompletingPiece(pieces);

        // A connection closed after a body that is whole to HTTP is announced, or its client may send its next request into the void.
        var head = new ResponseHead(200, answer.ContentType, null, answer.Headers) { Close = pace.OmitDone && pace.End == StreamEnd.Clean };
        await writer.SendHeadAsync(head, pace.BetweenHeadBytes);
        await writer.DelayAsync(pace.BeforeFirstEvent);
        bool contentBegun = false;
        for (int i = 0; i < pieces.Count; i++)
        {
            if (i == place.Piece)
            {
                switch (pace.Incident)
                {
                    case Incident.Cut:
                        await BreakAsync(writer, pieces[i].Frame, place.Offset, whole: pace.End == StreamEnd.Clean);
                        return await EndAsync(writer, pace.End);
                    case Incident.Stall:
                        await BreakAsync(writer, pieces[i].Frame, place.Offset, whole: false);
                        return await StallAsync(writer, place.Offset == 0 ? answer.Ping : null, pace);
                    case Incident.Malformed when answer.BrokenPieces.Count > 0:
                        await writer.WriteEventAsync(answer.BrokenPieces[pace.BrokenForm % answer.BrokenPieces.Count], last: false, completes: false);
                        break;
                }
            }

            if (pieces[i].Kind == PieceKind.Content)
            {
                if (contentBegun)
                {
                    await writer.DelayAsync(pace.BetweenTokens);
                }

                contentBegun = true;
            }

            // The end of the body goes out with the last event: a client that leaves on that event has had the whole answer.
            await writer.WriteEventAsync(pieces[i].Frame, last: i == pieces.Count - 1 && !pace.OmitDone, completes: i == completing);
        }

        if (!pace.OmitDone)
        {
            return AfterExchange.KeepAlive;
        }

        AfterExchange after = await EndAsync(writer, pace.End);
        return after == AfterExchange.KeepAlive ? AfterExchange.Close : after;
    }

    /// <summary>The piece with which everything has been said: the last finish, or the last of all where a stream has none.</summary>
    private static int CompletingPiece(IReadOnlyList<StreamPiece> pieces)
    {
        int at = pieces.Count - 1;
        while (at >= 0 && pieces[at].Kind != PieceKind.Finish)
        {
            at--;
        }

        return at < 0 ? pieces.Count - 1 : at;
    }

    /// <summary>The beginning of an event: <paramref name="whole"/> to HTTP, or in a chunk that promises more.</summary>
    private static async Task BreakAsync(ResponseWriter writer, byte[] frame, int offset, bool whole)
    {
        if (offset > 0)
        {
            await (whole ? writer.WriteChunkAsync(frame.AsMemory(0, offset)) : writer.WriteBrokenChunkAsync(frame, offset));
        }
    }

    private static async Task<AfterExchange> StallAsync(ResponseWriter writer, byte[]? ping, Pace pace)
    {
        if (ping is null || pace.BetweenPings == TimeSpan.Zero)
        {
            return await EndAsync(writer, StreamEnd.Hang);
        }

        while (true)
        {
            await writer.DelayAsync(pace.BetweenPings);
            await writer.WriteChunkAsync(ping);
        }
    }

    private static async Task<AfterExchange> EndAsync(ResponseWriter writer, StreamEnd end)
    {
        switch (end)
        {
            case StreamEnd.Clean:
                await writer.EndChunksAsync();
                return AfterExchange.KeepAlive;
            case StreamEnd.Close:
                return AfterExchange.Close;
            case StreamEnd.Reset:
                return AfterExchange.Reset;
            case StreamEnd.Hang:
                await writer.HangAsync();
                return AfterExchange.Close;
            default:
                throw new ArgumentOutOfRangeException(nameof(end), end, null);
        }
    }
}

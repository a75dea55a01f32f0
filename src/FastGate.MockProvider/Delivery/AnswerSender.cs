using FastGate.MockProvider.Behaviours;
using FastGate.MockProvider.Http;

namespace FastGate.MockProvider.Delivery;

/// <summary>Sends an answer at a plan's pace and with its accidents. Every wait ends at once when the client goes.</summary>
internal static class AnswerSender
{
    internal static async Task<AfterExchange> SendAsync(ResponseWriter writer, Answer answer, Pace pace)
    {
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
        byte[] body = pace.Incident == Incident.Malformed ? answer.Body[..(answer.Body.Length / 2)] : answer.Body;
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
                await writer.WriteAsync(body.AsMemory(0, body.Length / 2));
                return await EndAsync(writer, pace.End == StreamEnd.Clean ? StreamEnd.Close : pace.End);
            case Incident.Stall:
                await writer.WriteAsync(body.AsMemory(0, body.Length / 2));
                return await EndAsync(writer, StreamEnd.Hang);
            default:
                await writer.WriteAsync(body);
                return AfterExchange.KeepAlive;
        }
    }

    private static async Task<AfterExchange> SendStreamAsync(ResponseWriter writer, StreamedAnswer answer, Pace pace)
    {
        IReadOnlyList<StreamPiece> pieces = pace.OmitDone ? [.. answer.Pieces.Where(piece => piece.Kind != PieceKind.Done)] : answer.Pieces;
        int incidentAt = IncidentIndex(pieces, pace);

        // A connection closed after a body that is whole to HTTP is announced, or its client may send its next request into the void.
        var head = new ResponseHead(200, answer.ContentType, null, answer.Headers) { Close = pace.OmitDone && pace.End == StreamEnd.Clean };
        await writer.SendHeadAsync(head, pace.BetweenHeadBytes);
        await writer.DelayAsync(pace.BeforeFirstEvent);
        bool contentBegun = false;
        for (int i = 0; i < pieces.Count; i++)
        {
            if (i == incidentAt)
            {
                switch (pace.Incident)
                {
                    case Incident.Cut:
                        return await EndAsync(writer, pace.End);
                    case Incident.Stall:
                        return await StallAsync(writer, answer, pace);
                    case Incident.Malformed when answer.BrokenPiece is not null:
                        await writer.WriteEventAsync(answer.BrokenPiece, last: false);
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
            await writer.WriteEventAsync(pieces[i].Frame, last: i == pieces.Count - 1 && !pace.OmitDone);
        }

        if (!pace.OmitDone)
        {
            return AfterExchange.KeepAlive;
        }

        AfterExchange after = await EndAsync(writer, pace.End);
        return after == AfterExchange.KeepAlive ? AfterExchange.Close : after;
    }

    private static int IncidentIndex(IReadOnlyList<StreamPiece> pieces, Pace pace)
    {
        int first = IndexOf(pieces, PieceKind.Content, 0);
        int finish = IndexOf(pieces, PieceKind.Finish, 0);
        int content = pieces.Count(piece => piece.Kind == PieceKind.Content);
        int at = pace.IncidentAfter ?? first + (content / 2);

        // A cut stream never shows its finish reason.
        return pace.Incident == Incident.Cut ? Math.Min(at, finish) : at;
    }

    private static int IndexOf(IReadOnlyList<StreamPiece> pieces, PieceKind kind, int from)
    {
        int at = from;
        while (at < pieces.Count && pieces[at].Kind != kind)
        {
            at++;
        }

        return Math.Min(at, pieces.Count - 1);
    }

    private static async Task<AfterExchange> StallAsync(ResponseWriter writer, StreamedAnswer answer, Pace pace)
    {
        if (answer.Ping is null || pace.BetweenPings == TimeSpan.Zero)
        {
            return await EndAsync(writer, StreamEnd.Hang);
        }

        while (true)
        {
            await writer.DelayAsync(pace.BetweenPings);
            await writer.WriteChunkAsync(answer.Ping);
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

using FastGate.MockProvider.Behaviours;

namespace FastGate.MockProvider.Delivery;

/// <summary>Where an incident falls in a stream: before a piece, or some bytes into it. An index of all pieces or more: never.</summary>
internal readonly record struct IncidentPlace(int Piece, int Offset)
{
    internal static IncidentPlace In(IReadOnlyList<StreamPiece> pieces, Pace pace)
    {
        int first = IndexOf(pieces, PieceKind.Content);
        int finish = IndexOf(pieces, PieceKind.Finish);
        IncidentPlace place;
        if (pace.Incident != Incident.Malformed && pace.IncidentAfterBytes is { } bytes)
        {
            place = AtByte(pieces, bytes);
        }
        else if (pace.IncidentShare is { } share)
        {
            // What was drawn falls before the finish, so that a cut or a stall is one.
            long before = pieces.Take(finish).Sum(piece => (long)piece.Frame.Length);
            place = pace.IncidentInsideEvents && pace.Incident != Incident.Malformed ? AtByte(pieces, (long)(share * (before + 1))) : new IncidentPlace((int)(share * (finish + 1)), 0);
        }
        else
        {
            int content = pieces.Count(piece => piece.Kind == PieceKind.Content);
            place = new IncidentPlace(pace.IncidentAfter ?? first + (content / 2), 0);
        }

        // A cut stream never shows its finish reason.
        return pace.Incident == Incident.Cut && place.Piece >= finish ? new IncidentPlace(finish, 0) : place;
    }

    /// <summary>The first piece of that kind; the last piece where there is none.</summary>
    private static int IndexOf(IReadOnlyList<StreamPiece> pieces, PieceKind kind)
    {
        int at = 0;
        while (at < pieces.Count - 1 && pieces[at].Kind != kind)
        {
            at++;
        }

        return at;
    }

    private static IncidentPlace AtByte(IReadOnlyList<StreamPiece> pieces, long bytes)
    {
        int at = 0;
        while (at < pieces.Count && bytes >= pieces[at].Frame.Length)
        {
            bytes -= pieces[at++].Frame.Length;
        }

        return new IncidentPlace(at, at < pieces.Count ? (int)bytes : 0);
    }
}

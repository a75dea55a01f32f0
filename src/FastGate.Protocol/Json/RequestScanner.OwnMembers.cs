namespace FastGate.Protocol.Json;

/// <summary>A stretch of a body.</summary>
/// <param name="Offset">Its first octet, counted from the start of the body.</param>
/// <param name="Length">Its length in octets.</param>
public readonly record struct BodyRange(long Offset, long Length)
{
    /// <summary>The first octet after it.</summary>
    public long End => Offset + Length;
}

/// <content>Where the members meant for the gateway lie: providers refuse a request that has members they do not know.</content>
public sealed partial class RequestScanner
{
    /// <summary>How many stretches <see cref="FindOwnMembers"/> gives at most.</summary>
    public const int MaxOwnMembers = 2;

    private readonly OwnMember[] _own = new OwnMember[MaxOwnMembers];
    private int _ownCount;
    private bool _ownEndsList;
    private long _keyStart;
    private long _precedingComma = -1;

    /// <summary>
    /// Which stretches to leave out so that <c>fallbacks</c> and <c>models</c> are gone, each with one comma, and the rest is valid JSON still.
    /// </summary>
    /// <param name="cuts">Takes the stretches, in order and apart; room for <see cref="MaxOwnMembers"/>.</param>
    /// <returns>How many there are; 0 when the body can go as it is.</returns>
    public int FindOwnMembers(Span<BodyRange> cuts)
    {
        int count = 0;
        for (int i = 0; i < _ownCount; i++)
        {
            // Neighbours share a comma, so they are cut as one.
            OwnMember first = _own[i];
            OwnMember last = first;
            while (i + 1 < _ownCount && last.FollowingComma >= 0 && _own[i + 1].PrecedingComma == last.FollowingComma)
            {
                last = _own[++i];
            }

            bool atStart = first.PrecedingComma < 0;
            long start = atStart ? first.KeyStart : first.PrecedingComma;
            long end = atStart && last.FollowingComma >= 0 ? last.FollowingComma + 1 : last.End;
            cuts[count++] = new BodyRange(start, end - start);
        }

        return count;
    }

    private void ResetOwnMembers()
    {
        _ownCount = 0;
        _ownEndsList = false;
        _precedingComma = -1;
    }

    private void OwnMemberEnds(long end)
    {
        _own[_ownCount++] = new OwnMember { KeyStart = _keyStart, PrecedingComma = _precedingComma, End = end, FollowingComma = -1 };
        _ownEndsList = true;
    }

    /// <summary>A comma between two members of the request.</summary>
    private void MemberSeparated(long comma)
    {
        _precedingComma = comma;
        if (_ownEndsList)
        {
            _own[_ownCount - 1].FollowingComma = comma;
            _ownEndsList = false;
        }
    }

    private struct OwnMember
    {
        public long KeyStart;
        public long PrecedingComma;
        public long End;
        public long FollowingComma;
    }
}

using System.Buffers;

namespace FastGate.Proxy.Continuation;

/// <summary>
/// Finds where a continuation goes beyond what was delivered. Text comes in pieces that may end anywhere; it is held back as long as it may
/// be a repetition, and then shown from its first new octet on. Of several possible overlaps the longest counts.
/// </summary>
/// <remarks>
/// A continuation that goes over the answer's beginning for <see cref="RestartScalars"/> scalars or more and then departs from it is another
/// answer, and refused. So is one that begins with all that was delivered where that is so little that it may as well follow itself ("1", "🚀"):
/// gluing it on might say something twice, leaving it out might lose it. What repeats nothing is new. One answer, one flow; off the hot path.
/// </remarks>
internal sealed class AnswerMatcher
{
    /// <summary>How many scalars of the answer's beginning a continuation must share before it counts as the answer begun anew.</summary>
    internal const int RestartScalars = 24;

    /// <summary>How far back from the end an overlap may begin, in octets; the whole answer may be repeated however long it is.</summary>
    internal const int Window = 4096;

    private readonly ReadOnlyMemory<byte> _delivered;
    private readonly MatchRule _rule;
    private readonly GivenText _given;
    private readonly ArrayBufferWriter<byte> _held = new();
    private readonly List<int> _open = [];
    private int _longest = -1;
    private int _exact;
    private bool _restarted;

    /// <summary>Makes a matcher.</summary>
    /// <param name="delivered">What the client has, UTF-8.</param>
    /// <param name="rule">What the continuation may repeat.</param>
    /// <param name="given">How much of it the provider was given. The continuation may begin with the rest.</param>
    internal AnswerMatcher(ReadOnlyMemory<byte> delivered, MatchRule rule, GivenText given)
    {
        _delivered = delivered;
        _rule = rule;
        _given = given;
        State = delivered.IsEmpty ? MatchState.Passing : MatchState.Matching;
    }

    /// <summary>How far it is.</summary>
    internal MatchState State { get; private set; }

    /// <summary>Whether the text was refused because it may be a repetition or not: the same provider can be asked in a way that leaves no doubt.</summary>
    internal bool IsInDoubt { get; private set; }

    /// <summary>Whether a continuation of so little would leave that doubt if it began with the same.</summary>
    internal static bool MayDoubt(ReadOnlySpan<byte> delivered) => !delivered.IsEmpty && !Repetition.IsMeant(delivered, 0, MatchRule.AfterPrefix);

    /// <summary>Takes the next piece. The result is what is new, perhaps with text held back before; valid until the next call.</summary>
    internal ReadOnlySpan<byte> Take(ReadOnlySpan<byte> text)
    {
        if (State != MatchState.Matching || text.IsEmpty)
        {
            return State == MatchState.Passing ? text : default;
        }

        if (_rule == MatchRule.Exact)
        {
            return TakeExact(text);
        }

        int before = _held.WrittenCount;
        _held.Write(text);
        if (before == 0)
        {
            Open();
        }
        else
        {
            _open.RemoveAll(start => !StaysOpen(start, before));
        }

        // A longer overlap that is still possible is waited for.
        return _open.Exists(start => _longest < 0 || start < _longest) ? default : Decide();
    }

    /// <summary>The continuation is over; the result is what is new of what was held back.</summary>
    internal ReadOnlySpan<byte> Finish()
    {
        if (State != MatchState.Matching)
        {
            return default;
        }

        if (_rule == MatchRule.Exact)
        {
            // It ended before it came to where the delivered answer breaks off.
            State = MatchState.Refused;
            return default;
        }

        _restarted |= _open.Contains(0) && Scalars(_held.WrittenSpan) >= RestartScalars;
        return Decide();
    }

    private ReadOnlySpan<byte> TakeExact(ReadOnlySpan<byte> text)
    {
        int shared = Math.Min(text.Length, _delivered.Length - _exact);
        if (!text[..shared].SequenceEqual(_delivered.Span.Slice(_exact, shared)))
        {
            State = MatchState.Refused;
            return default;
        }

        _exact += shared;
        State = _exact == _delivered.Length ? MatchState.Passing : MatchState.Matching;
        return text[shared..];
    }

    private void Open()
    {
        ReadOnlySpan<byte> delivered = _delivered.Span;
        Add(0);

        // White space that was kept from the provider, half a character, or both.
        if (_given.Length > 0 && _given.Length < delivered.Length)
        {
            Add(_given.Length);
        }

        if (_given.Whole > _given.Length && _given.Whole < delivered.Length)
        {
            Add(_given.Whole);
        }

        for (int start = Math.Max(1, delivered.Length - Window); start < delivered.Length; start++)
        {
            bool startsScalar = (delivered[start] & 0xC0) != 0x80 && start != _given.Length && start != _given.Whole;
            if (startsScalar && delivered[start] == _held.WrittenSpan[0] && Agrees(start, 0) && Repetition.IsMeant(delivered, start, _rule))
            {
                Add(start);
            }
        }

        void Add(int start)
        {
            if (StaysOpen(start, 0))
            {
                _open.Add(start);
            }
        }
    }

    // Whether the overlap from there on may still come true. One that has come true, or cannot any more, is noted and closed.
    private bool StaysOpen(int start, int seen)
    {
        if (!Agrees(start, seen))
        {
            _restarted |= start == 0 && Scalars(_held.WrittenSpan[..Shared(0)]) >= RestartScalars;
            return false;
        }

        if (_held.WrittenCount < _delivered.Length - start)
        {
            return true;
        }

        _longest = _longest < 0 ? start : Math.Min(_longest, start);
        return false;
    }

    private bool Agrees(int start, int seen)
    {
        int count = Math.Min(_held.WrittenCount, _delivered.Length - start);
        return count <= seen || _held.WrittenSpan[seen..count].SequenceEqual(_delivered.Span[(start + seen)..(start + count)]);
    }

    private ReadOnlySpan<byte> Decide()
    {
        _open.Clear();
        if (_longest == 0 && !Repetition.IsMeant(_delivered.Span, 0, _rule))
        {
            IsInDoubt = true;
            State = MatchState.Refused;
            return default;
        }

        if (_longest >= 0)
        {
            State = MatchState.Passing;
            return _held.WrittenSpan[(_delivered.Length - _longest)..];
        }

        if (_restarted || _given.Whole < _delivered.Length)
        {
            State = MatchState.Refused;
            return default;
        }

        State = MatchState.Passing;
        return _held.WrittenSpan[Shared(_given.Length)..];
    }

    private int Shared(int start) => _held.WrittenSpan.CommonPrefixLength(_delivered.Span[start..]);

    private static int Scalars(ReadOnlySpan<byte> text)
    {
        int count = 0;
        foreach (byte octet in text)
        {
            count += (octet & 0xC0) != 0x80 ? 1 : 0;
        }

        return count;
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.RegularExpressions;

namespace FastGate.Routing.Conditions;

/// <summary>One comparison with a fact.</summary>
internal abstract class FactTest
{
    internal abstract bool Holds(bool present, in FactValue fact);
}

/// <summary>A number, string, boolean or null to compare with, its text already in UTF-8.</summary>
internal sealed class Operand
{
    private readonly FactKind _kind;
    private readonly double _number;
    private readonly byte[] _text;

    internal Operand(ConditionValue value)
    {
        (_kind, _number, _text) = value.Kind switch
        {
            ConditionValueKind.Boolean => (FactKind.Boolean, value.Boolean ? 1 : 0, Array.Empty<byte>()),
            ConditionValueKind.Number => (FactKind.Number, value.Number, []),
            ConditionValueKind.String => (FactKind.String, 0.0, Encoding.UTF8.GetBytes(value.Text)),
            _ => (FactKind.Null, 0.0, []),
        };
    }

    internal bool IsEqual(in FactValue fact) => TryCompare(fact, out int order) && order == 0;

    /// <summary>
    /// Orders the fact against this operand: numbers by value, strings by their bytes. Headers are always strings, so a
    /// string that is wholly a number is one where the operand is a number.
    /// </summary>
    /// <returns>Whether the two can be compared at all.</returns>
    internal bool TryCompare(in FactValue fact, out int order)
    {
        order = 0;
        if (_kind == FactKind.Number && fact.Kind == FactKind.String)
        {
            if (!Utf8Parser.TryParse(fact.Text, out double parsed, out int used) || used != fact.Text.Length)
            {
                return false;
            }

            order = parsed.CompareTo(_number);
            return true;
        }

        if (fact.Kind != _kind || fact.Kind == FactKind.Composite)
        {
            return false;
        }

        order = _kind == FactKind.String ? fact.Text.SequenceCompareTo(_text) : fact.Number.CompareTo(_number);
        return true;
    }
}

/// <summary><c>$eq</c> and <c>$ne</c>.</summary>
internal sealed class EqualityTest(Operand operand, bool equal) : FactTest
{
    internal override bool Holds(bool present, in FactValue fact) => present && operand.IsEqual(fact) == equal;
}

/// <summary><c>$gt $gte $lt $lte</c>.</summary>
internal sealed class OrderTest(Operand operand, bool greater, bool orEqual) : FactTest
{
    internal override bool Holds(bool present, in FactValue fact) =>
        present && operand.TryCompare(fact, out int order) && (order == 0 ? orEqual : order > 0 == greater);
}

/// <summary><c>$in</c> and <c>$nin</c>.</summary>
internal sealed class MembershipTest(Operand[] operands, bool member) : FactTest
{
    internal override bool Holds(bool present, in FactValue fact)
    {
        if (!present)
        {
            return false;
        }

        foreach (Operand operand in operands)
        {
            if (operand.IsEqual(fact))
            {
                return member;
            }
        }

        return !member;
    }
}

/// <summary><c>$exists</c>.</summary>
internal sealed class ExistenceTest(bool exists) : FactTest
{
    internal override bool Holds(bool present, in FactValue fact) => present == exists;
}

/// <summary>
/// <c>$regex</c>: non-backtracking, so its time is linear in the text, and only the first 16 Ki characters are looked at.
/// </summary>
internal sealed class RegexTest(Regex regex) : FactTest
{
    internal const int LongestText = 16 * 1024;
    private const int OnStack = 512;

    internal override bool Holds(bool present, in FactValue fact)
    {
        if (!present || fact.Kind != FactKind.String)
        {
            return false;
        }

        ReadOnlySpan<byte> text = fact.Text.Length <= LongestText ? fact.Text : fact.Text[..LongestText];
        char[]? rented = text.Length > OnStack ? ArrayPool<char>.Shared.Rent(text.Length) : null;
        try
        {
            Span<char> chars = rented is null ? stackalloc char[OnStack] : rented;
            int length = Encoding.UTF8.GetChars(text, chars);
            return regex.IsMatch(chars[..length]);
        }
        catch (RegexMatchTimeoutException)
        {
            // The bound of last resort; the pattern has no answer, and no answer is no match.
            return false;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<char>.Shared.Return(rented);
            }
        }
    }
}

using System.Buffers.Text;
using System.Text;
using FastGate.Protocol.Http;
using FastGate.Protocol.Json;
using FastGate.Routing.Conditions;

namespace FastGate.Proxy.Planning;

/// <summary>What a route's conditions can ask of a request: its body's members at any depth, its header fields, its path. Copies nothing.</summary>
internal readonly ref struct RequestFacts(RequestHead head, ReadOnlySpan<byte> body, Span<byte> scratch) : IRequestFacts
{
    private readonly ReadOnlySpan<byte> _body = body;
    private readonly Span<byte> _scratch = scratch;

    /// <inheritdoc/>
    public bool TryGet(FactPath path, out FactValue value)
    {
        switch (path.Source)
        {
            case FactSource.Path:
                value = FactValue.Of(head[head.Path]);
                return true;
            case FactSource.Headers:
                return TryGetHeader(path[0], out value);
            case FactSource.Metadata:
                return TryGetMember("metadata"u8, path, out value);
            default:
                return TryGetMember(default, path, out value);
        }
    }

    private bool TryGetHeader(ReadOnlySpan<byte> name, out FactValue value)
    {
        for (int i = 0; i < head.HeaderCount; i++)
        {
            if (Ascii.EqualsIgnoreCase(head.NameOf(i), name))
            {
                value = FactValue.Of(head.ValueOf(i));
                return true;
            }
        }

        value = default;
        return false;
    }

    private bool TryGetMember(ReadOnlySpan<byte> root, FactPath path, out FactValue value)
    {
        value = default;
        var cursor = new JsonCursor(_body);
        if (!root.IsEmpty && !TryEnter(ref cursor, root))
        {
            return false;
        }

        for (int i = 0; i < path.Depth; i++)
        {
            if (!TryEnter(ref cursor, path[i]))
            {
                return false;
            }
        }

        return TryRead(ref cursor, out value);
    }

    private static bool TryEnter(scoped ref JsonCursor cursor, ReadOnlySpan<byte> name)
    {
        if (cursor.Peek() != JsonKind.Object || !cursor.TryEnterObject())
        {
            return false;
        }

        while (cursor.NextProperty())
        {
            if (cursor.Name.Is(name))
            {
                return true;
            }

            cursor.SkipValue();
        }

        return false;
    }

    private bool TryRead(scoped ref JsonCursor cursor, out FactValue value)
    {
        switch (cursor.Peek())
        {
            case JsonKind.String when cursor.TryReadString(out JsonString text):
                // A text that needs more room than there is cannot be compared with anything a condition holds.
                value = text.NeedsUnescape && text.Raw.Length > _scratch.Length ? FactValue.Composite : FactValue.Of(text.InPlaceOr(_scratch));
                return true;
            case JsonKind.Number when cursor.TryReadNumber(out ReadOnlySpan<byte> digits) && Utf8Parser.TryParse(digits, out double number, out _):
                value = FactValue.Of(number);
                return true;
            case JsonKind.True:
                value = FactValue.Of(true);
                return true;
            case JsonKind.False:
                value = FactValue.Of(false);
                return true;
            case JsonKind.Null:
                value = FactValue.Null;
                return true;
            default:
                value = FactValue.Composite;
                return true;
        }
    }
}

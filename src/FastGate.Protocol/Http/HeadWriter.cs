using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace FastGate.Protocol.Http;

/// <summary>
/// Writes a message head into an <see cref="IBufferWriter{T}"/>. Write the start line, the fields, then <see cref="Complete"/>: until
/// then some of it may not have been handed to the output. In every build it refuses names and values that could end a line early
/// (RFC 9110 §5.5), so a head cannot be split through it.
/// </summary>
/// <remarks>A mutable ref struct: pass it by reference. A refusal leaves the output with half a head, so the connection must be dropped.</remarks>
public ref struct HeadWriter
{
    private const int SpanSize = 512;
    private const int LongestNumber = 20;

    private readonly IBufferWriter<byte> _output;
    private Span<byte> _span;
    private int _used;

    /// <summary>Begins a head.</summary>
    /// <param name="output">Where the head goes.</param>
    public HeadWriter(IBufferWriter<byte> output)
    {
        _output = output;
        _span = output.GetSpan(SpanSize);
    }

    /// <summary>Octets written so far.</summary>
    public long Written { get; private set; }

    /// <summary>Writes the request line of an HTTP/1.1 request.</summary>
    /// <param name="method">The method, a token.</param>
    /// <param name="target">The target in visible ASCII without a fragment.</param>
    /// <exception cref="ArgumentException">One of them may not be sent.</exception>
    public void RequestLine(ReadOnlySpan<byte> method, ReadOnlySpan<byte> target) => RequestLine(method, target, default);

    /// <summary>Writes the request line of an HTTP/1.1 request whose target is in two pieces, such as a base path and a path.</summary>
    /// <param name="method">The method, a token.</param>
    /// <param name="target">The first piece of the target, in visible ASCII without a fragment; may be empty, but not both.</param>
    /// <param name="targetEnd">The second piece; may be empty.</param>
    /// <exception cref="ArgumentException">One of them may not be sent.</exception>
    public void RequestLine(ReadOnlySpan<byte> method, ReadOnlySpan<byte> target, ReadOnlySpan<byte> targetEnd)
    {
        if (!Octets.IsToken(method))
        {
            ThrowUnsendable("The method is not a token.");
        }

        if ((target.IsEmpty && targetEnd.IsEmpty) || target.ContainsAnyExcept(Octets.Target) || targetEnd.ContainsAnyExcept(Octets.Target))
        {
            ThrowUnsendable("The request target is empty or has an octet it may not have.");
        }

        Reserve(method.Length + target.Length + targetEnd.Length + 12);
        Append(method);
        Append(" "u8);
        Append(target);
        Append(targetEnd);
        Append(" HTTP/1.1\r\n"u8);
    }

    /// <summary>Writes the status line of an HTTP/1.1 response.</summary>
    /// <param name="status">The status code, 100 to 999. A usual one gets its reason phrase, another one an empty one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status does not have three digits.</exception>
    public void StatusLine(int status)
    {
        ReadOnlySpan<byte> line = StatusLines.Of(status);
        if (!line.IsEmpty)
        {
            Reserve(line.Length);
            Append(line);
            return;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(status, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 999);
        Reserve(LongestNumber + 12);
        Append("HTTP/1.1 "u8);
        AppendNumber(status);
        Append(" \r\n"u8);
    }

    /// <summary>Writes a field.</summary>
    /// <param name="name">The name, a token.</param>
    /// <param name="value">The value; may be empty.</param>
    /// <exception cref="ArgumentException">The name is not a token, or the value has CR, LF or NUL.</exception>
    public void Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!Octets.IsToken(name))
        {
            ThrowUnsendable("The field name is not a token.");
        }

        AppendField(name, value);
    }

    /// <summary>Writes a known field, its name in lower case.</summary>
    /// <param name="header">A field that has a name: not <see cref="KnownHeader.Other"/> nor <see cref="KnownHeader.XFastgateOther"/>.</param>
    /// <param name="value">The value; may be empty.</param>
    /// <exception cref="ArgumentException">The field has no name, or the value has CR, LF or NUL.</exception>
    public void Header(KnownHeader header, ReadOnlySpan<byte> value) => AppendField(NameOf(header), value);

    /// <summary>Writes a field with a decimal number for its value.</summary>
    /// <param name="name">The name, a token.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The name is not a token.</exception>
    public void Header(ReadOnlySpan<byte> name, long value)
    {
        if (!Octets.IsToken(name))
        {
            ThrowUnsendable("The field name is not a token.");
        }

        AppendField(name, value);
    }

    /// <summary>Writes a known field with a decimal number for its value.</summary>
    /// <param name="header">A field that has a name.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The field has no name.</exception>
    public void Header(KnownHeader header, long value) => AppendField(NameOf(header), value);

    /// <summary>Forwards one field of a parsed head, unchanged but for the white space around its value.</summary>
    /// <param name="head">A completely parsed head; what it accepted needs no second check.</param>
    /// <param name="index">Which of its fields.</param>
    public void Header(MessageHead head, int index)
    {
        ref readonly HeaderField field = ref head.Header(index);
        ReadOnlySpan<byte> bytes = head.Bytes;
        Reserve(field.Name.Length + field.Value.Length + 4);
        if (HasOneSpace(bytes, field))
        {
            Append(bytes[field.Name.Offset..field.Value.End]);
        }
        else
        {
            Append(bytes[field.Name.Offset..field.Name.End]);
            Append(": "u8);
            Append(bytes.Slice(field.Value.Offset, field.Value.Length));
        }

        Append("\r\n"u8);
    }

    /// <summary>
    /// Forwards the fields of a parsed head in their order, but for those that concern its connection only (<see cref="HeaderField.HopByHop"/>). Lines
    /// that stand side by side are copied in one piece.
    /// </summary>
    /// <param name="head">A completely parsed head; what it accepted needs no second check.</param>
    /// <param name="withheld">Which others are left out: a bit for each, by its number in <see cref="KnownHeader"/>.</param>
    public void Headers(MessageHead head, ulong withheld)
    {
        ReadOnlySpan<byte> bytes = head.Bytes;
        ReadOnlySpan<HeaderField> fields = head.Fields;
        int start = 0;
        int end = 0;
        for (int i = 0; i < fields.Length; i++)
        {
            ref readonly HeaderField field = ref fields[i];
            if (field.HopByHop || (withheld & (1UL << (int)field.Id)) != 0)
            {
                continue;
            }

            bool plain = HasOneSpace(bytes, field) && bytes[field.Value.End] == '\r';
            if (!plain || field.Name.Offset != end)
            {
                Raw(bytes[start..end]);
                start = end = field.Name.Offset;
            }

            if (plain)
            {
                end = field.Value.End + 2;
            }
            else
            {
                Header(head, i);
            }
        }

        Raw(bytes[start..end]);
    }

    /// <summary>Renders a line, to be written as often as it takes by <see cref="Raw"/>.</summary>
    /// <param name="header">A field that has a name.</param>
    /// <param name="value">The value; may be empty.</param>
    /// <exception cref="ArgumentException">The field has no name, or the value has CR, LF or NUL.</exception>
    public static byte[] Render(KnownHeader header, ReadOnlySpan<byte> value)
    {
        var line = new ArrayBufferWriter<byte>();
        var head = new HeadWriter(line);
        head.Header(header, value);
        head.Complete();
        return line.WrittenSpan[..^2].ToArray();
    }

    /// <summary>Writes whole lines that were rendered and checked before. They are not checked again.</summary>
    /// <param name="lines">Lines, each with its CRLF; may be empty.</param>
    public void Raw(ReadOnlySpan<byte> lines)
    {
        Debug.Assert(lines.IsEmpty || lines.EndsWith("\r\n"u8), "Raw blocks are whole lines.");
        Reserve(lines.Length);
        Append(lines);
    }

    /// <summary>Writes the empty line that ends the head and hands everything to the output (without flushing it).</summary>
    public void Complete()
    {
        Reserve(2);
        Append("\r\n"u8);
        _output.Advance(_used);
        _span = default;
        _used = 0;
    }

    // As nearly everybody writes it before a value, and as it is written here: name and value can be copied as they stand.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasOneSpace(ReadOnlySpan<byte> bytes, in HeaderField field) => field.Value.Offset == field.Name.End + 2 && bytes[field.Name.End + 1] == ' ';

    private static ReadOnlySpan<byte> NameOf(KnownHeader header)
    {
        ReadOnlySpan<byte> name = KnownHeaders.NameOf(header);
        if (name.IsEmpty)
        {
            ThrowUnsendable("The field has no name of its own.");
        }

        return name;
    }

    private void AppendField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (value.ContainsAny((byte)'\r', (byte)'\n', (byte)0))
        {
            ThrowUnsendable("The field value has CR, LF or NUL.");
        }

        Reserve(name.Length + value.Length + 4);
        Append(name);
        Append(": "u8);
        Append(value);
        Append("\r\n"u8);
    }

    private void AppendField(ReadOnlySpan<byte> name, long value)
    {
        Reserve(name.Length + LongestNumber + 4);
        Append(name);
        Append(": "u8);
        AppendNumber(value);
        Append("\r\n"u8);
    }

    private void AppendNumber(long value)
    {
        bool fits = Utf8Formatter.TryFormat(value, _span[_used..], out int length);
        Debug.Assert(fits, "Room was reserved.");
        _used += length;
        Written += length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Append(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(_span[_used..]);
        _used += octets.Length;
        Written += octets.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int octets)
    {
        if (_span.Length - _used < octets)
        {
            Grow(octets);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int octets)
    {
        _output.Advance(_used);
        _used = 0;
        _span = _output.GetSpan(Math.Max(octets, SpanSize));
    }

    [DoesNotReturn]
    private static void ThrowUnsendable(string message) => throw new ArgumentException(message);
}

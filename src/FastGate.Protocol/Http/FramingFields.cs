namespace FastGate.Protocol.Http;

/// <summary>
/// The fields of a head that frame its body, counted: one that is repeated cannot be seen in the set of fields present, and where readers
/// could differ about which of two counts, requests are smuggled. <see cref="Note"/> every field, then <see cref="Apply"/>.
/// </summary>
internal struct FramingFields
{
    private ByteSlice _length;
    private ByteSlice _coding;
    private int _lengths;
    private int _codings;

    /// <summary>Whether there is a Transfer-Encoding.</summary>
    public readonly bool HasCoding => _codings > 0;

    /// <summary>Takes the next field.</summary>
    public void Note(in HeaderField field)
    {
        if (field.Id == KnownHeader.ContentLength)
        {
            _length = field.Value;
            _lengths++;
        }
        else if (field.Id == KnownHeader.TransferEncoding)
        {
            _coding = field.Value;
            _codings++;
        }
    }

    /// <summary>Decides on the framing (RFC 9112 §6.3); neither field leaves it at None.</summary>
    /// <param name="head">Where the framing goes.</param>
    /// <param name="bytes">The octets of the head.</param>
    public readonly HeadError Apply(MessageHead head, ReadOnlySpan<byte> bytes)
    {
        if (_codings > 0)
        {
            if (_lengths > 0)
            {
                return HeadError.LengthWithTransferEncoding;
            }

            head.Framing = BodyFraming.Chunked;
            return _codings > 1 ? HeadError.BadTransferEncoding : FieldRules.CheckTransferEncoding(bytes.Slice(_coding.Offset, _coding.Length));
        }

        if (_lengths > 0)
        {
            if (_lengths > 1)
            {
                return HeadError.RepeatedContentLength;
            }

            if (!Digits.TryRead(bytes.Slice(_length.Offset, _length.Length), out long value))
            {
                return HeadError.BadContentLength;
            }

            head.ContentLength = value;
            head.Framing = BodyFraming.ContentLength;
        }

        return HeadError.None;
    }
}

using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastGate.Protocol.Http;

/// <summary>
/// Takes the framing off a message body as it arrives (RFC 9112 §6, §7). A mutable struct: keep it in a field, pass it by reference,
/// use one for one body. Every octet is looked at once, however the input is split; nothing is allocated.
/// </summary>
/// <remarks>
/// The loop: call <see cref="Next"/> until it returns something else than Data, advance the pipe to the start of what is left of
/// the buffer, and on NeedMore read more. At the end of the input ask <see cref="EndOfInput"/>.
/// Chunk extensions and trailers are checked and dropped.
/// </remarks>
public struct BodyDecoder
{
    /// <summary>Most octets the extension of one chunk may have, its semicolon included.</summary>
    public const int MaxExtensionBytes = 1024;

    /// <summary>Most octets the trailers may have together, their line ends included.</summary>
    public const int MaxTrailerBytes = 8 * 1024;

    // 15 digits stay below 2^60: no overflow to think of.
    private const int MaxSizeDigits = 15;

    private long _remaining;
    private int _count;
    private State _state;

    private BodyDecoder(State state, long remaining)
    {
        _state = state;
        _remaining = remaining;
    }

    private enum State : byte
    {
        Done,
        Length,
        UntilClose,
        Size,
        Extension,
        SizeFeed,
        ChunkData,
        DataReturn,
        DataFeed,
        TrailerStart,
        TrailerName,
        TrailerValue,
        TrailerFeed,
        FinalFeed,
        Failed,
    }

    /// <summary>True once the body and its trailers have been consumed. A body that ends with the connection is done at <see cref="EndOfInput"/>.</summary>
    public readonly bool IsDone => _state == State.Done;

    /// <summary>How the framing is broken.</summary>
    public BodyError Error { get; private set; }

    /// <summary>A decoder for the body that follows a head.</summary>
    /// <param name="head">A completely parsed head.</param>
    public static BodyDecoder For(MessageHead head) => For(head.Framing, head.ContentLength);

    /// <summary>A decoder for a body with a given framing.</summary>
    /// <param name="framing">The framing.</param>
    /// <param name="contentLength">Octets of the body; used with <see cref="BodyFraming.ContentLength"/> only.</param>
    public static BodyDecoder For(BodyFraming framing, long contentLength) => framing switch
    {
        BodyFraming.ContentLength when contentLength > 0 => new BodyDecoder(State.Length, contentLength),
        BodyFraming.Chunked => new BodyDecoder(State.Size, 0),
        BodyFraming.UntilClose => new BodyDecoder(State.UntilClose, 0),
        _ => new BodyDecoder(State.Done, 0),
    };

    /// <summary>Takes the next piece of the body off the buffer.</summary>
    /// <param name="buffer">The input; advanced past what was consumed, the piece included.</param>
    /// <param name="data">The piece, not empty, if the result is Data; valid as long as the buffer's memory is. Otherwise empty.</param>
    public BodyStatus Next(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> data)
    {
        if (_state is > State.UntilClose and not (State.ChunkData or State.Failed))
        {
            ReadFraming(ref buffer);
        }

        data = default;
        switch (_state)
        {
            case State.Done:
                return BodyStatus.Done;
            case State.Failed:
                return BodyStatus.Invalid;
            case State.Length or State.ChunkData or State.UntilClose:
                break;
            default:
                return BodyStatus.NeedMore;
        }

        long length = buffer.Length;
        if (length == 0)
        {
            return BodyStatus.NeedMore;
        }

        if (_state == State.UntilClose)
        {
            data = buffer;
            buffer = buffer.Slice(buffer.End);
            return BodyStatus.Data;
        }

        if (length > _remaining)
        {
            length = _remaining;
            SequencePosition end = buffer.GetPosition(length);
            data = buffer.Slice(buffer.Start, end);
            buffer = buffer.Slice(end);
        }
        else
        {
            data = buffer;
            buffer = buffer.Slice(buffer.End);
        }

        _remaining -= length;
        if (_remaining == 0)
        {
            _state = _state == State.Length ? State.Done : State.DataReturn;
        }

        return BodyStatus.Data;
    }

    /// <summary>Tells the decoder that the input has ended.</summary>
    /// <returns>True if the body is complete; false if it is cut short (<see cref="BodyError.Truncated"/>) or was invalid before.</returns>
    public bool EndOfInput()
    {
        if (_state == State.UntilClose)
        {
            _state = State.Done;
        }
        else if (_state != State.Done)
        {
            Fail(BodyError.Truncated);
        }

        return _state == State.Done;
    }

    private void ReadFraming(ref ReadOnlySequence<byte> buffer)
    {
        // One segment nearly always holds all of it, and then one slice consumes it.
        while (!buffer.IsEmpty)
        {
            ReadOnlySpan<byte> span = buffer.FirstSpan;
            int consumed = Read(span);
            buffer = buffer.Slice(consumed);
            if (_state is State.ChunkData or State.Done or State.Failed)
            {
                return;
            }

            Debug.Assert(consumed == span.Length, "Framing stops at data, at the end, or for want of input.");
        }
    }

    // Returns how many octets were consumed: all of them, unless data, the end or a fault comes first.
    private int Read(ReadOnlySpan<byte> span)
    {
        int i = 0;
        while (i < span.Length)
        {
            byte octet = span[i++];
            switch (_state)
            {
                case State.Size:
                    int digit = HexValue(octet);
                    if (digit >= 0)
                    {
                        if (++_count > MaxSizeDigits)
                        {
                            Fail(BodyError.BadChunkSize);
                            return i;
                        }

                        _remaining = (_remaining << 4) | (uint)digit;
                        continue;
                    }

                    if (_count == 0 || octet is not ((byte)'\r' or (byte)';'))
                    {
                        Fail(BodyError.BadChunkSize);
                        return i;
                    }

                    // From here on the count is that of the extension.
                    _count = octet == '\r' ? 0 : 1;
                    _state = octet == '\r' ? State.SizeFeed : State.Extension;
                    continue;

                case State.Extension:
                    i += Skip(span[(i - 1)..], MaxExtensionBytes, BodyError.BadChunkExtension, BodyError.ChunkExtensionTooLong, State.SizeFeed) - 1;
                    break;

                case State.SizeFeed:
                    Expect(
                        octet,
                        (byte)'\n',
                        _remaining == 0 ? State.TrailerStart : State.ChunkData,
                        _count == 0 ? BodyError.BadChunkSize : BodyError.BadChunkExtension);
                    _count = 0;
                    break;

                case State.DataReturn:
                    Expect(octet, (byte)'\r', State.DataFeed, BodyError.MissingChunkEnd);
                    break;

                case State.DataFeed:
                    Expect(octet, (byte)'\n', State.Size, BodyError.MissingChunkEnd);
                    break;

                case State.FinalFeed:
                    Expect(octet, (byte)'\n', State.Done, BodyError.BadTrailer);
                    break;

                case State.TrailerFeed:
                    if (CountTrailer(1))
                    {
                        Expect(octet, (byte)'\n', State.TrailerStart, BodyError.BadTrailer);
                    }

                    break;

                default:
                    i += ReadTrailer(span[(i - 1)..]) - 1;
                    break;
            }

            if (_state is State.ChunkData or State.Done or State.Failed)
            {
                return i;
            }
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadTrailer(ReadOnlySpan<byte> span)
    {
        switch (_state)
        {
            case State.TrailerStart:
                if (span[0] == '\r')
                {
                    _state = State.FinalFeed;
                    return 1;
                }

                // A line begins with at least one octet of a name, so white space (folding) and an empty name fail here.
                _state = State.TrailerName;
                return TrailerName(span, first: true);

            case State.TrailerName:
                return TrailerName(span, first: false);

            default:
                Debug.Assert(_state == State.TrailerValue, "Every other state is handled by the caller.");
                return Skip(span, MaxTrailerBytes, BodyError.BadTrailer, BodyError.TrailersTooLarge, State.TrailerFeed);
        }
    }

    private int TrailerName(ReadOnlySpan<byte> span, bool first)
    {
        int end = span.IndexOfAnyExcept(Octets.Token);
        int text = end < 0 ? span.Length : end;
        if (!CountTrailer(text) || end < 0)
        {
            return text;
        }

        if (span[end] != ':' || (first && end == 0))
        {
            Fail(BodyError.BadTrailer);
        }
        else if (CountTrailer(1))
        {
            _state = State.TrailerValue;
        }

        return end + 1;
    }

    // Skips free text up to its CR, within a limit. Returns the octets consumed, the CR included.
    private int Skip(ReadOnlySpan<byte> span, int limit, BodyError bad, BodyError tooLong, State afterCr)
    {
        int end = span.IndexOfAny(Octets.Control);
        int text = end < 0 ? span.Length : end;
        if (text > limit - _count)
        {
            Fail(tooLong);
            return text;
        }

        _count += text;
        if (end < 0)
        {
            return text;
        }

        if (span[end] != '\r')
        {
            Fail(bad);
            return end + 1;
        }

        _count++;
        _state = afterCr;
        return end + 1;
    }

    private bool CountTrailer(int octets)
    {
        _count += octets;
        if (_count > MaxTrailerBytes)
        {
            Fail(BodyError.TrailersTooLarge);
            return false;
        }

        return true;
    }

    private void Expect(byte octet, byte expected, State next, BodyError error)
    {
        if (octet == expected)
        {
            _state = next;
        }
        else
        {
            Fail(error);
        }
    }

    // The first fault stands.
    private void Fail(BodyError error)
    {
        _state = State.Failed;
        if (Error == BodyError.None)
        {
            Error = error;
        }
    }

    private static int HexValue(byte octet)
    {
        int digit = octet - '0';
        if ((uint)digit <= 9)
        {
            return digit;
        }

        int letter = (octet | 0x20) - 'a';
        return (uint)letter <= 5 ? letter + 10 : -1;
    }
}

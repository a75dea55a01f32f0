using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FastGate.Protocol.Json;

/// <content>The second pass: the text without white space, members in order, into the hash.</content>
public sealed partial class CanonicalJson
{
    private static readonly SearchValues<byte> OutsideStops = SearchValues.Create("\" \t\r\n"u8);

    // Objects within the range begin with number nextObject.
    private void EmitRange(int from, int to, int nextObject)
    {
        int position = from;
        while (position < to)
        {
            int end = nextObject < _objectCount && _objects[nextObject].Start < to ? _objects[nextObject].Start : to;
            EmitStripped(position, end);
            position = end;
            if (end < to)
            {
                ref readonly JsonObject inner = ref _objects[nextObject];
                EmitObject(inner);
                position = inner.End;
                nextObject = inner.NextObject;
            }
        }
    }

    private void EmitObject(in JsonObject value)
    {
        _output.Write((byte)'{');
        for (int i = 0; i < value.MemberCount; i++)
        {
            if (i > 0)
            {
                _output.Write((byte)',');
            }

            Member member = _members[value.FirstMember + i];
            EmitStripped(member.NameStart, member.NameEnd);
            _output.Write((byte)':');
            EmitRange(member.ValueStart, member.ValueEnd, member.FirstObject);
        }

        _output.Write((byte)'}');
    }

    // Whole tokens and what is between them, but for white space. No range begins or ends within a string.
    private void EmitStripped(int from, int to)
    {
        if (from == to)
        {
            return;
        }

        int segment = SegmentOf(from);
        int offset = from - _starts[segment];
        bool inString = false;
        bool skipNext = false;
        while (true)
        {
            ReadOnlySpan<byte> piece = _segments[segment].Span[offset..];
            piece = piece[..Math.Min(piece.Length, to - from)];
            from += piece.Length;
            while (!piece.IsEmpty)
            {
                int length;
                if (skipNext)
                {
                    skipNext = false;
                    length = 1;
                }
                else if (inString)
                {
                    int stop = piece.IndexOfAny(StringStops);
                    length = stop < 0 ? piece.Length : stop + 1;
                    if (stop >= 0)
                    {
                        skipNext = piece[stop] == (byte)'\\';
                        inString = skipNext;
                    }
                }
                else
                {
                    int stop = piece.IndexOfAny(OutsideStops);
                    length = stop < 0 ? piece.Length : stop;
                    if (stop >= 0)
                    {
                        inString = piece[stop] == (byte)'"';
                        length += inString ? 1 : 0;
                    }

                    _output.Write(piece[..length]);
                    piece = piece[Math.Min(piece.Length, stop < 0 ? length : stop + 1)..];
                    continue;
                }

                _output.Write(piece[..length]);
                piece = piece[length..];
            }

            if (from == to)
            {
                return;
            }

            segment++;
            offset = 0;
        }
    }

    // Gathers what is hashed: a short text is hashed by one call, a long one buffer by buffer.
    private sealed class HashOutput
    {
        private const int Capacity = 32 * 1024;
        private const int Smallest = 2 * 1024;

        private byte[] _buffer = [];
        private int _used;
        private bool _appended;
        private IncrementalHash? _hash;

        internal void Begin()
        {
            _used = 0;
            if (_appended)
            {
                // A text that was given up halfway has left something behind.
                Span<byte> unused = stackalloc byte[SHA256.HashSizeInBytes];
                _hash!.GetHashAndReset(unused);
                _appended = false;
            }
        }

        internal void WriteLength(int length)
        {
            Span<byte> octets = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(octets, length);
            Write(octets);
        }

        internal void Write(byte octet)
        {
            if (_used == _buffer.Length)
            {
                MakeRoom();
            }

            _buffer[_used++] = octet;
        }

        internal void Write(ReadOnlySpan<byte> octets)
        {
            while (!octets.IsEmpty)
            {
                if (_used == _buffer.Length)
                {
                    MakeRoom();
                }

                int count = Math.Min(octets.Length, _buffer.Length - _used);
                octets[..count].CopyTo(_buffer.AsSpan(_used));
                _used += count;
                octets = octets[count..];
            }
        }

        internal void Finish(Span<byte> hash)
        {
            if (!_appended)
            {
                SHA256.HashData(_buffer.AsSpan(0, _used), hash);
                return;
            }

            _hash!.AppendData(_buffer, 0, _used);
            _hash.GetHashAndReset(hash);
            _appended = false;
        }

        private void MakeRoom()
        {
            if (_buffer.Length < Capacity)
            {
                Array.Resize(ref _buffer, Math.Max(Smallest, _buffer.Length * 4));
                return;
            }

            _hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            _hash.AppendData(_buffer, 0, _used);
            _appended = true;
            _used = 0;
        }
    }
}

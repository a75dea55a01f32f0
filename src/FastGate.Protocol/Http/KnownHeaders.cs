using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace FastGate.Protocol.Http;

/// <summary>Finds the <see cref="KnownHeader"/> of a field name, and the name of a <see cref="KnownHeader"/>.</summary>
/// <remarks>
/// A name is looked up by its length and first letter, then compared in at most four eight-octet words: the first and the last
/// cover names of up to 16 octets, two more in between cover the rest up to 32.
/// </remarks>
public static class KnownHeaders
{
    internal const int Count = (int)KnownHeader.XFastgateTimeoutMs + 1;

    private const int LongestName = 31;
    private const ulong LetterBits = 0x4040404040404040;

    // Index: length * 32 + the low five bits of the first octet. Content: the first candidate, or 0.
    private static readonly byte[] Buckets = new byte[(LongestName + 1) * 32];
    private static readonly Entry[] Entries = BuildEntries();

    /// <summary>Finds the field a name stands for, in any letter case. Allocates nothing.</summary>
    /// <param name="name">A field name, which need not be valid.</param>
    /// <returns>
    /// The field; <see cref="KnownHeader.XFastgateOther"/> for any other name with that prefix; otherwise
    /// <see cref="KnownHeader.Other"/>. A result above <see cref="KnownHeader.XFastgateOther"/> proves the name valid.
    /// </returns>
    public static KnownHeader Lookup(ReadOnlySpan<byte> name)
    {
        int length = name.Length;
        if (length is < 2 or > LongestName)
        {
            return length > LongestName && HasFastgatePrefix(name) ? KnownHeader.XFastgateOther : KnownHeader.Other;
        }

        int candidate = Buckets[(length << 5) | (name[0] & 31)];
        if (candidate != 0)
        {
            var words = Words.Of(name);
            Entry[] entries = Entries;
            do
            {
                ref readonly Entry entry = ref entries[candidate];
                if (words.Matches(entry.Name) && (length <= 16 || words.MatchesBetween(entry.Name)))
                {
                    return (KnownHeader)candidate;
                }

                candidate = entry.Next;
            }
            while (candidate != 0);
        }

        return HasFastgatePrefix(name) ? KnownHeader.XFastgateOther : KnownHeader.Other;
    }

    /// <summary>The name of a field in lower case; empty for <see cref="KnownHeader.Other"/> and <see cref="KnownHeader.XFastgateOther"/>.</summary>
    /// <param name="header">The field.</param>
    public static ReadOnlySpan<byte> NameOf(KnownHeader header) => header switch
    {
        KnownHeader.Connection => "connection"u8,
        KnownHeader.KeepAlive => "keep-alive"u8,
        KnownHeader.ProxyConnection => "proxy-connection"u8,
        KnownHeader.ProxyAuthenticate => "proxy-authenticate"u8,
        KnownHeader.ProxyAuthorization => "proxy-authorization"u8,
        KnownHeader.TE => "te"u8,
        KnownHeader.Trailer => "trailer"u8,
        KnownHeader.TransferEncoding => "transfer-encoding"u8,
        KnownHeader.Upgrade => "upgrade"u8,
        KnownHeader.Host => "host"u8,
        KnownHeader.ContentLength => "content-length"u8,
        KnownHeader.Expect => "expect"u8,
        KnownHeader.ContentType => "content-type"u8,
        KnownHeader.ContentEncoding => "content-encoding"u8,
        KnownHeader.Accept => "accept"u8,
        KnownHeader.AcceptEncoding => "accept-encoding"u8,
        KnownHeader.Authorization => "authorization"u8,
        KnownHeader.XApiKey => "x-api-key"u8,
        KnownHeader.ApiKey => "api-key"u8,
        KnownHeader.XGoogApiKey => "x-goog-api-key"u8,
        KnownHeader.Cookie => "cookie"u8,
        KnownHeader.SetCookie => "set-cookie"u8,
        KnownHeader.Date => "date"u8,
        KnownHeader.Server => "server"u8,
        KnownHeader.RetryAfter => "retry-after"u8,
        KnownHeader.RetryAfterMs => "retry-after-ms"u8,
        KnownHeader.XRequestId => "x-request-id"u8,
        KnownHeader.RequestId => "request-id"u8,
        KnownHeader.Traceparent => "traceparent"u8,
        KnownHeader.Tracestate => "tracestate"u8,
        KnownHeader.IdempotencyKey => "idempotency-key"u8,
        KnownHeader.LastEventId => "last-event-id"u8,
        KnownHeader.CacheControl => "cache-control"u8,
        KnownHeader.AltSvc => "alt-svc"u8,
        KnownHeader.StrictTransportSecurity => "strict-transport-security"u8,
        KnownHeader.Location => "location"u8,
        KnownHeader.UserAgent => "user-agent"u8,
        KnownHeader.XFastgateRoute => "x-fastgate-route"u8,
        KnownHeader.XFastgateTarget => "x-fastgate-target"u8,
        KnownHeader.XFastgateAttempts => "x-fastgate-attempts"u8,
        KnownHeader.XFastgateFallback => "x-fastgate-fallback"u8,
        KnownHeader.XFastgateCache => "x-fastgate-cache"u8,
        KnownHeader.XFastgateIdempotency => "x-fastgate-idempotency"u8,
        KnownHeader.XFastgateIdempotencyKey => "x-fastgate-idempotency-key"u8,
        KnownHeader.XFastgateStream => "x-fastgate-stream"u8,
        KnownHeader.XFastgateStreamResume => "x-fastgate-stream-resume"u8,
        KnownHeader.XFastgateTimeoutMs => "x-fastgate-timeout-ms"u8,
        _ => default,
    };

    private static bool HasFastgatePrefix(ReadOnlySpan<byte> name)
        => name.Length >= 11 && (name[0] | 0x20) == 'x' && Ascii.EqualsIgnoreCase(name[..11], "x-fastgate-"u8);

    private static Entry[] BuildEntries()
    {
        var entries = new Entry[Count];
        for (int id = (int)KnownHeader.XFastgateOther + 1; id < Count; id++)
        {
            ReadOnlySpan<byte> name = NameOf((KnownHeader)id);
            ref byte bucket = ref Buckets[(name.Length << 5) | (name[0] & 31)];
            entries[id] = new Entry(Words.Of(name), bucket);
            bucket = (byte)id;
        }

        return entries;
    }

    private readonly record struct Entry(Words Name, byte Next);

    private readonly record struct Words(ulong First, ulong Second, ulong SecondLast, ulong Last)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Words Of(ReadOnlySpan<byte> name)
        {
            ref byte start = ref MemoryMarshal.GetReference(name);
            int length = name.Length;
            if (length >= 8)
            {
                ulong first = Word(ref start, 0);
                ulong last = Word(ref start, length - 8);
                return length <= 16 ? new Words(first, 0, 0, last) : new Words(first, Word(ref start, 8), Word(ref start, length - 16), last);
            }

            if (length >= 4)
            {
                uint head = Unsafe.ReadUnaligned<uint>(ref start);
                uint tail = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, length - 4));
                return new Words(head | ((ulong)tail << 32), 0, 0, 0);
            }

            return new Words((ulong)name[0] | ((ulong)name[1] << 8) | ((ulong)name[^1] << 16), 0, 0, 0);
        }

        // Two octets match when equal, or when they differ in the case bit and the known one is a letter. The known names hold
        // lower-case letters, digits and hyphens only, and of these exactly the letters have bit 0x40: no other octet passes for one.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Matches(in Words known) => (Differs(First, known.First) | Differs(Last, known.Last)) == 0;

        // Of names of more than 16 octets.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool MatchesBetween(in Words known) => (Differs(Second, known.Second) | Differs(SecondLast, known.SecondLast)) == 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static ulong Differs(ulong name, ulong known) => (name ^ known) & ~((known & LetterBits) >> 1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static ulong Word(ref byte start, int offset) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, offset));
    }
}

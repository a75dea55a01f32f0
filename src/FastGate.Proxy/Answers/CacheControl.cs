using System.Text;
using FastGate.Protocol.Http;

namespace FastGate.Proxy.Answers;

/// <summary>Reads what a request says about stored answers (RFC 9111 §5.2.1).</summary>
internal static class CacheControl
{
    /// <summary>Whether the answer may not be stored (nor a stored one given), and whether a stored one may not be given.</summary>
    internal static (bool NoStore, bool NoCache) Read(RequestHead head)
    {
        bool noStore = false;
        bool noCache = false;
        for (int i = 0; i < head.HeaderCount; i++)
        {
            if (head.Header(i).Id != KnownHeader.CacheControl)
            {
                continue;
            }

            ReadOnlySpan<byte> value = head.ValueOf(i);
            foreach (Range part in value.Split((byte)','))
            {
                ReadOnlySpan<byte> directive = value[part].Trim(" \t"u8);
                noStore |= Ascii.EqualsIgnoreCase(directive, "no-store"u8);
                noCache |= Ascii.EqualsIgnoreCase(directive, "no-cache"u8);
            }
        }

        return (noStore, noCache);
    }
}

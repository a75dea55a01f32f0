using System.Text;
using FastGate.Protocol.Http;

namespace FastGate.Proxy.Connections;

/// <summary>Tells media types apart by their <c>Content-Type</c> (RFC 9110 §8.3), whatever parameters follow.</summary>
internal static class MediaTypes
{
    internal static bool IsEventStream(MessageHead head) => Is(head, "text/event-stream"u8);

    /// <summary>JSON, or a type built on it.</summary>
    internal static bool IsJson(MessageHead head) => Is(head, "application/json"u8) || Is(head, "application/problem+json"u8);

    internal static bool IsForm(MessageHead head) => Is(head, "multipart/form-data"u8);

    private static bool Is(MessageHead head, ReadOnlySpan<byte> type)
    {
        if (!head.TryGet(KnownHeader.ContentType, out ReadOnlySpan<byte> value) || value.Length < type.Length)
        {
            return false;
        }

        return Ascii.EqualsIgnoreCase(value[..type.Length], type) && (value.Length == type.Length || value[type.Length] is (byte)';' or (byte)' ' or (byte)'\t');
    }
}

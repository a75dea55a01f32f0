using System.Text.Json;
using FastGate.Protocol.Sse;

namespace FastGate.Proxy.Answers.Conversion;

/// <summary>Reads the events of a stored stream as JSON.</summary>
internal static class StoredEvents
{
    /// <summary>Calls <paramref name="each"/> for every event whose data is a JSON object: with the octets of the event, and that object.</summary>
    /// <returns>Whether the stream could be read.</returns>
    internal static bool Read(byte[] events, Action<ReadOnlySpan<byte>, JsonElement> each, Action<ReadOnlySpan<byte>>? other = null)
    {
        using var reader = new SseReader(Math.Max(SseReader.DefaultMaxEventBytes, events.Length));
        foreach (SseEvent item in reader.Read(events))
        {
            if (!item.HasData || item.Data.IsEmpty || item.Data[0] != (byte)'{')
            {
                other?.Invoke(item.Raw);
                continue;
            }

            try
            {
                using var document = JsonDocument.Parse(item.Data.ToArray());
                each(item.Raw, document.RootElement);
            }
            catch (JsonException)
            {
                return false;
            }
        }

        return reader.Error == SseError.None;
    }
}

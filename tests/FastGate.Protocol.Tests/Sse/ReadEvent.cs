using System.Text;
using FastGate.Protocol.Sse;

namespace FastGate.Protocol.Tests.Sse;

/// <summary>An event taken out of the reader so that it can be kept and compared.</summary>
public sealed record ReadEvent(string Raw, string Data, bool HasData, string Type, string? Id, int Retry, bool IsCommentOnly)
{
    public static ReadEvent From(in SseEvent e) => new(
        Text(e.Raw), Text(e.Data), e.HasData, Text(e.EventType), e.HasId ? Text(e.Id) : null, e.Retry, e.IsCommentOnly);

    public static List<ReadEvent> All(SseReader reader, params byte[][] pieces)
    {
        var events = new List<ReadEvent>();
        foreach (byte[] piece in pieces)
        {
            foreach (SseEvent e in reader.Read(piece))
            {
                events.Add(From(e));
            }
        }

        return events;
    }

    public static List<ReadEvent> All(string stream)
    {
        using var reader = new SseReader();
        return All(reader, Encoding.Latin1.GetBytes(stream));
    }

    private static string Text(ReadOnlySpan<byte> octets) => Encoding.Latin1.GetString(octets);
}

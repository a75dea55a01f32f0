using System.Buffers;
using FastGate.Protocol.Http;

namespace FastGate.Protocol.Tests.Http;

/// <summary>Runs a parser over one input in every way it can arrive, and insists that it makes no difference.</summary>
internal static class HeadRuns
{
    public static readonly HeadLimits Limits = new(32 * 1024, 100);

    /// <summary>A request as a line of text: verdict, error and everything the parser found.</summary>
    public static string Request(string text, HeadLimits? limits = null)
        => Everyway(text, limits ?? Limits, static () => new RequestHead(), static (input, head, bound) => RequestParser.TryParse(input, head, bound));

    /// <summary>A response as a line of text.</summary>
    public static string Response(string text, HttpVerb verb = HttpVerb.Get, HeadLimits? limits = null)
        => Everyway(
            text,
            limits ?? Limits,
            static () => new ResponseHead(),
            (input, head, bound) => ResponseParser.TryParse(input, head, bound, verb));

    private static string Everyway<THead>(
        string text, HeadLimits limits, Func<THead> create, Func<ReadOnlySequence<byte>, THead, HeadLimits, ParseStatus> parse)
        where THead : MessageHead
    {
        byte[] octets = Sequences.Latin1(text);
        THead head = create();
        string expected = HeadText.Of(head, parse(new ReadOnlySequence<byte>(octets), head, limits));

        // In two segments, and in one of each octet: the same object serves them all.
        for (int cut = 1; cut < octets.Length; cut++)
        {
            head.Reset();
            Assert.Equal(expected, HeadText.Of(head, parse(Sequences.Cut(octets, cut), head, limits)));
        }

        head.Reset();
        ReadOnlySequence<byte> scattered = Sequences.Segmented(octets, 1);
        Assert.Equal(expected, HeadText.Of(head, parse(scattered, head, limits)));

        // In two reads.
        for (int cut = 0; cut < octets.Length; cut++)
        {
            head.Reset();
            ParseStatus status = parse(new ReadOnlySequence<byte>(octets, 0, cut), head, limits);
            if (status == ParseStatus.Incomplete)
            {
                status = parse(new ReadOnlySequence<byte>(octets), head, limits);
            }

            Assert.Equal(expected, HeadText.Of(head, status));
        }

        // An octet a read, in one segment and in many.
        foreach (bool many in new[] { false, true })
        {
            head.Reset();
            var status = ParseStatus.Incomplete;
            for (int read = 0; read <= octets.Length && status == ParseStatus.Incomplete; read++)
            {
                status = parse(many ? scattered.Slice(0, read) : new ReadOnlySequence<byte>(octets, 0, read), head, limits);
            }

            Assert.Equal(expected, HeadText.Of(head, status));
        }

        head.Reset();
        return expected;
    }
}

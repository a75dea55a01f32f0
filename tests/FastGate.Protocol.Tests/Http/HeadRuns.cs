using System.Buffers;
using System.Text;
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

    public static string Describe(MessageHead head, ParseStatus status)
    {
        if (status != ParseStatus.Complete)
        {
            return status == ParseStatus.Invalid ? head.Error.ToString() : "Incomplete";
        }

        var text = new StringBuilder();
        switch (head)
        {
            case RequestHead request:
                text.Append($"{request.Verb} {Get(head, request.Method)} {Get(head, request.Target)} {Get(head, request.Path)} ");
                text.Append($"{Get(head, request.Query)} {(request.ExpectContinue ? "expect " : "")}");
                break;
            case ResponseHead response:
                text.Append($"{response.Status} [{Get(head, response.Reason)}] ");
                break;
        }

        text.Append($"1.{head.Minor} {head.Framing} {head.ContentLength} {(head.KeepAlive ? "keep" : "close")} {head.Length}");
        for (int i = 0; i < head.HeaderCount; i++)
        {
            HeaderField field = head.Header(i);
            text.Append($" | {Get(head, field.Name)}={Get(head, field.Value)} {field.Id}{(field.HopByHop ? " hop" : "")}");
        }

        return text.ToString();
    }

    private static string Everyway<THead>(string text, HeadLimits limits, Func<THead> create, Func<ReadOnlySequence<byte>, THead, HeadLimits, ParseStatus> parse)
        where THead : MessageHead
    {
        byte[] octets = Sequences.Latin1(text);
        THead head = create();
        string expected = Describe(head, parse(new ReadOnlySequence<byte>(octets), head, limits));

        // In two segments, and in one of each octet: the same object serves them all.
        for (int cut = 1; cut < octets.Length; cut++)
        {
            head.Reset();
            Assert.Equal(expected, Describe(head, parse(Sequences.Cut(octets, cut), head, limits)));
        }

        head.Reset();
        ReadOnlySequence<byte> scattered = Sequences.Segmented(octets, 1);
        Assert.Equal(expected, Describe(head, parse(scattered, head, limits)));

        // In two reads.
        for (int cut = 0; cut < octets.Length; cut++)
        {
            head.Reset();
            ParseStatus status = parse(new ReadOnlySequence<byte>(octets, 0, cut), head, limits);
            if (status == ParseStatus.Incomplete)
            {
                status = parse(new ReadOnlySequence<byte>(octets), head, limits);
            }

            Assert.Equal(expected, Describe(head, status));
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

            Assert.Equal(expected, Describe(head, status));
        }

        head.Reset();
        return expected;
    }

    private static string Get(MessageHead head, ByteSlice slice) => Encoding.Latin1.GetString(head[slice]);
}

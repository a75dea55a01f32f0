using System.Text;
using FastGate.Protocol.Http;

namespace FastGate.Protocol.Tests.Http;

/// <summary>Renders what a parser made of a head as one line of text: everything it found, or the fault, or "Incomplete".</summary>
internal static class HeadText
{
    public static string Of(MessageHead head, ParseStatus status)
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

    private static string Get(MessageHead head, ByteSlice slice) => Encoding.Latin1.GetString(head[slice]);
}

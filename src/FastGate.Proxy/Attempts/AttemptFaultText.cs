using System.Globalization;
using FastGate.Proxy.Model;
using FastGate.Proxy.Responses;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Attempts;

/// <summary>What is said about a failed upstream call, and the status it becomes when it is the last word.</summary>
internal static class AttemptFaultText
{
    /// <summary>The failure as a sentence.</summary>
    internal static string Describe(AttemptFault fault, Provider provider, string? detail)
    {
        UpstreamTimeouts timeouts = provider.Timeouts;
        string name = provider.Name;
        string because = detail is null ? "." : $": {detail}.";
        return fault switch
        {
            AttemptFault.Connect => $"{name} could not be reached at {Origin.Of(provider.Settings.BaseUrl)}{because}",
            AttemptFault.ConnectTimeout => $"{name} could not be reached at {Origin.Of(provider.Settings.BaseUrl)} within {Text(timeouts.Connect)}.",
            AttemptFault.PoolExhausted => $"No connection to {name} was free{because} Its pool.max_connections may be too low.",
            AttemptFault.Reset => $"{name} closed the connection without answering.",
            AttemptFault.FirstByteTimeout => $"{name} did not answer within {Text(timeouts.FirstByte)} (timeouts.first_byte).",
            AttemptFault.FirstTokenTimeout => $"{name} began a stream but sent no content within {Text(timeouts.FirstToken)} (timeouts.first_token).",
            AttemptFault.Deadline => $"{name} did not answer before the request's deadline.",
            AttemptFault.TotalTimeout => $"{name} did not complete its answer within {Text(timeouts.Total)} (timeouts.total).",
            AttemptFault.Malformed => $"{name} sent something that cannot be read{because}",
            AttemptFault.Cut => $"{name} ended its answer before it was complete.",
            AttemptFault.Stall => $"{name} fell silent for {Text(timeouts.Stall)} in the middle of its answer (timeouts.stall).",
            AttemptFault.ContentFiltered => $"{name} gave no answer: its content filter stopped it (finish_reason content_filter).",
            AttemptFault.StreamError => $"{name} reported an error inside its stream{because}",
            AttemptFault.OtherAnswer => $"{name} was asked to go on with an answer that had broken off, and answered something else.",
            _ => "The client went away.",
        };
    }

    /// <summary>The error that the client gets.</summary>
    internal static GatewayError ErrorOf(AttemptFault fault, Provider provider, string? detail)
    {
        string message = Describe(fault, provider, detail);
        return fault switch
        {
            AttemptFault.PoolExhausted => GatewayError.Overloaded(message),
            AttemptFault.ConnectTimeout or AttemptFault.FirstByteTimeout or AttemptFault.FirstTokenTimeout or AttemptFault.Deadline
                or AttemptFault.TotalTimeout => GatewayError.UpstreamTimeout(message),
            AttemptFault.ContentFiltered => new GatewayError(400, "invalid_request_error", "content_filter", message),
            _ => GatewayError.Upstream(message),
        };
    }

    private static string Text(TimeSpan duration) =>
        duration.TotalSeconds >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.#} s") : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms");
}

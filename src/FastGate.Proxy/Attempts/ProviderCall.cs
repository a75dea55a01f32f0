using System.Buffers;
using FastGate.Protocol.Http;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Time;

namespace FastGate.Proxy.Attempts;

/// <summary>What a provider answered to a call of the gateway's own.</summary>
/// <param name="Fault">Why there was no answer, or none.</param>
/// <param name="Detail">The system's own words for that, or null.</param>
/// <param name="Status">The status; 0 without an answer.</param>
/// <param name="Body">The body; null without one that is whole.</param>
internal readonly record struct ProviderAnswer(AttemptFault Fault, string? Detail, int Status, byte[]? Body);

/// <summary>Calls a provider on the gateway's own behalf: for its list of models, or to see whether it lives. Off the hot path.</summary>
internal static class ProviderCall
{
    private const int LargestAnswer = 8 * 1024 * 1024;

    internal static async Task<ProviderAnswer> SendAsync(
        Provider provider, ProviderCredential key, Endpoint endpoint, byte[] body, TimeSpan timeout, TimerWheel wheel, CancellationToken cancellation)
    {
        var signal = new AttemptSignal(wheel);
        var attempt = new UpstreamAttempt(signal);
        using CancellationTokenRegistration stop = cancellation.UnsafeRegister(static state => ((AttemptSignal)state!).Abandon(), signal);
        try
        {
            signal.Limit(timeout);
            attempt.Request = new UpstreamRequest { Provider = provider, Key = key, Endpoint = endpoint, Head = HeadFor(endpoint), Body = new ReadOnlySequence<byte>(body) };
            AttemptFault fault = await attempt.OpenAsync().ConfigureAwait(false);
            if (fault != AttemptFault.None)
            {
                return new ProviderAnswer(fault, attempt.Detail, 0, null);
            }

            int status = attempt.Head.Status;
            var gathered = new BodyBuffer();
            try
            {
                SequencePosition? end = await WholeBody.ReadAsync(attempt, gathered, timeout, LargestAnswer).ConfigureAwait(false);
                byte[]? whole = end is null ? null : gathered.Octets.ToArray();
                if (end is not null)
                {
                    attempt.Finish(end.Value);
                }

                return new ProviderAnswer(end is null ? AttemptFault.Cut : AttemptFault.None, null, status, whole);
            }
            finally
            {
                gathered.Clear();
            }
        }
        finally
        {
            attempt.Cancel();
            signal.Detach();
        }
    }

    private static RequestHead HeadFor(Endpoint endpoint)
    {
        byte[] text = System.Text.Encoding.ASCII.GetBytes(
            $"{endpoint.Verb.ToString().ToUpperInvariant()} {endpoint.Path} HTTP/1.1\r\nhost: fastgate\r\naccept: application/json\r\ncontent-type: application/json\r\n\r\n");
        var head = new RequestHead();
        RequestParser.TryParse(new ReadOnlySequence<byte>(text), head, new HeadLimits(text.Length, 8));
        return head;
    }
}

using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using FastGate.Protocol.Http;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Time;

namespace FastGate.Proxy.Catalog;

/// <summary>Asks one provider for its models, through its own connection pool.</summary>
internal static class ModelLister
{
    private const int LargestList = 8 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly byte[] RequestText = "GET /v1/models HTTP/1.1\r\nhost: fastgate\r\naccept: application/json\r\n\r\n"u8.ToArray();
    private static readonly Endpoint ListEndpoint = EndpointTable.All.First(e => e.Kind == EndpointKind.ModelList);

    /// <summary>The provider's models, or why they cannot be had.</summary>
    internal static async Task<(ImmutableArray<(string Id, long Created)>? Models, string? Failure)> ListAsync(
        Provider provider, TimerWheel wheel, CancellationToken cancellation)
    {
        var signal = new ConnectionSignal(wheel);
        var attempt = new UpstreamAttempt(signal);
        var head = new RequestHead();
        RequestParser.TryParse(new ReadOnlySequence<byte>(RequestText), head, new HeadLimits(RequestText.Length, 8));
        using CancellationTokenRegistration stop = cancellation.UnsafeRegister(static state => ((ConnectionSignal)state!).OnClientGone(), signal);
        try
        {
            signal.Limit(Patience);
            var request = new UpstreamRequest { Provider = provider, Key = provider.NextKey(), Endpoint = ListEndpoint, Head = head };
            AttemptFault fault = await attempt.OpenAsync(request, cancellation).ConfigureAwait(false);
            if (fault != AttemptFault.None)
            {
                return (null, AttemptFaultText.Describe(fault, provider, attempt.Detail));
            }

            if (attempt.Head.Status != 200)
            {
                return (null, string.Create(CultureInfo.InvariantCulture, $"{provider.Name} answered GET /models with {attempt.Head.Status}"));
            }

            byte[]? body = await ReadBodyAsync(attempt).ConfigureAwait(false);
            ImmutableArray<(string, long)>? models = body is null ? null : ModelListing.Read(body);
            return (models, models is null ? $"{provider.Name} answered GET /models with something that is no model list" : null);
        }
        finally
        {
            attempt.Cancel();
            signal.Detach();
        }
    }

    private static async Task<byte[]?> ReadBodyAsync(UpstreamAttempt attempt)
    {
        var gathered = new BodyBuffer();
        try
        {
            var decoder = BodyDecoder.For(attempt.Head);
            long decoded = attempt.Head.Length;
            bool ended = false;
            while (true)
            {
                ReadOnlySequence<byte> rest = attempt.Buffer.Slice(decoded);
                BodyStatus status;
                while ((status = decoder.Next(ref rest, out ReadOnlySequence<byte> data)) == BodyStatus.Data)
                {
                    gathered.Append(data);
                }

                decoded = attempt.Buffer.Length - rest.Length;
                if (status == BodyStatus.Done || (ended && decoder.EndOfInput()))
                {
                    byte[] body = gathered.Octets.ToArray();
                    attempt.Finish(rest.Start);
                    return body;
                }

                if (status == BodyStatus.Invalid || ended || gathered.Length > LargestList)
                {
                    return null;
                }

                UpstreamRead read = await attempt.ReadMoreAsync(attempt.Buffer.Start).ConfigureAwait(false);
                if (read is not (UpstreamRead.Data or UpstreamRead.End))
                {
                    return null;
                }

                ended = read == UpstreamRead.End;
            }
        }
        finally
        {
            gathered.Clear();
        }
    }
}

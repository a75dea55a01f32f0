using System.Buffers;
using FastGate.Protocol.Http;
using FastGate.Proxy.Connections;

namespace FastGate.Proxy.Attempts;

/// <summary>Reads the whole body of an answer that the gateway itself looks at, up to a bound.</summary>
internal static class WholeBody
{
    private const int Most = 64 * 1024;

    /// <summary>
    /// Gathers the body. The result is where it ended, for <see cref="UpstreamAttempt.Finish"/>; null when it was cut, broken, too slow or too
    /// large, and only its beginning is there.
    /// </summary>
    internal static async Task<SequencePosition?> ReadAsync(UpstreamAttempt attempt, BodyBuffer body, ConnectionSignal signal, TimeSpan silence, int most = Most)
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
                body.Append(data);
            }

            decoded = attempt.Buffer.Length - rest.Length;
            if (status == BodyStatus.Done || (ended && decoder.EndOfInput()))
            {
                return rest.Start;
            }

            if (status == BodyStatus.Invalid || ended || body.Length > most)
            {
                return null;
            }

            signal.Arm(silence);
            UpstreamRead read = await attempt.ReadMoreAsync(attempt.Buffer.Start).ConfigureAwait(false);
            if (read is not (UpstreamRead.Data or UpstreamRead.End))
            {
                return null;
            }

            ended = read == UpstreamRead.End;
        }
    }
}

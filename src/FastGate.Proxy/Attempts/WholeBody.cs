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
    internal static async Task<SequencePosition?> ReadAsync(UpstreamAttempt attempt, BodyBuffer body, TimeSpan silence, int most = Most)
    {
        var decoder = BodyDecoder.For(attempt.Head);
        long decoded = attempt.Head.Length;
        bool ended = false;
        while (true)
        {
            BodyStatus status = body.Gather(attempt.Buffer, ref decoder, ref decoded, most);
            if (status == BodyStatus.Done || (status == BodyStatus.NeedMore && ended && decoder.EndOfInput()))
            {
                return attempt.Buffer.GetPosition(decoded);
            }

            if (status != BodyStatus.NeedMore || ended)
            {
                return null;
            }

            attempt.Signal.Arm(silence);
            UpstreamRead read = await attempt.ReadMoreAsync(attempt.Buffer.Start).ConfigureAwait(false);
            if (read is not (UpstreamRead.Data or UpstreamRead.End))
            {
                return null;
            }

            ended = read == UpstreamRead.End;
        }
    }
}

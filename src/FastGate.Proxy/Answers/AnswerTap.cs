using System.Buffers;
using FastGate.Protocol.Http;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Idempotency;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Responses;
using FastGate.Proxy.Server;
using FastGate.Proxy.Work;

namespace FastGate.Proxy.Answers;

/// <summary>
/// Takes an answer down while its client is sent it: for those who join the request or repeat it (<see cref="IdempotentRun"/>), and for the
/// answer store. One for each exchange, at work only for requests that ask for it. Whoever writes to the client tells it, in this order:
/// <see cref="Begin"/>, <see cref="Append(ReadOnlySpan{byte})"/>, <see cref="Publish"/>, and <see cref="Complete"/> before the client
/// is sent the end, so that whoever has the whole answer finds it kept when asking again.
/// </summary>
internal sealed class AnswerTap(DataPlane plane)
{
    // A larger copy goes into the store off the event loop, when the client has its answer.
    private const int LargestOnLoop = 64 * 1024;

    private readonly BodyBuffer _copy = new();
    private readonly ArrayBufferWriter<byte> _lines = new(256);
    private IdempotentRun? _run;
    private TimeSpan _keep;
    private AnswerKey _storeKey;
    private bool _copies;
    private bool _copyIsComplete;
    private bool _hasUsage;
    private int _status;

    /// <summary>Whether the request is a run that has not ended.</summary>
    internal bool HasRun => _run is not null;

    /// <summary>The request is a run.</summary>
    /// <param name="run">The run, begun for this exchange.</param>
    /// <param name="keep">How long its answer is kept if it is worth keeping.</param>
    internal void Take(IdempotentRun run, TimeSpan keep)
    {
        _run = run;
        _keep = keep;
    }

    /// <summary>A copy for the answer store is wanted, if the answer is a 200.</summary>
    /// <param name="key">What it is stored by.</param>
    /// <param name="hasUsage">Whether the request wants a stream to tell its usage.</param>
    internal void WantCopy(in AnswerKey key, bool hasUsage)
    {
        _copies = true;
        _storeKey = key;
        _hasUsage = hasUsage;
    }

    /// <summary>A provider's answer begins.</summary>
    /// <param name="upstream">Its head.</param>
    /// <param name="mark">What the gateway adds.</param>
    /// <param name="length">The body's octets, or a negative number.</param>
    /// <param name="isStream">Whether it is a stream.</param>
    internal void Begin(ResponseHead upstream, in ResponseMark mark, long length, bool isStream)
    {
        _status = upstream.Status;
        if (_run is not null)
        {
            _lines.ResetWrittenCount();
            if (!mark.Stream.IsEmpty)
            {
                // Whoever repeats the request can go on with the stream as well.
                _lines.Write("x-fastgate-stream: "u8);
                _lines.Write(mark.Stream);
                _lines.Write("\r\n"u8);
            }

            ResponseHeadWriter.WriteForwardedLines(_lines, upstream);

            // Less the empty line.
            SetHead(upstream.Status, _lines.WrittenSpan[..^2], mark, length);
        }

        _copies &= upstream.Status == 200;
        if (_copies)
        {
            upstream.TryGet(KnownHeader.ContentType, out ReadOnlySpan<byte> contentType);
            StoredAnswer.Begin(_copy, isStream, _hasUsage, mark.Target, contentType);
        }
    }

    internal void Append(ReadOnlySpan<byte> octets) => Append(octets, default);

    /// <summary>Adds a piece of the body in one part or two; of two the first is the gateway's own line, which no other answer has.</summary>
    internal void Append(ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest)
    {
        if (first.IsEmpty)
        {
            return;
        }

        _run?.Recording.Append(first, rest);
        if (!_copies)
        {
            return;
        }

        ReadOnlySpan<byte> octets = rest.IsEmpty ? first : rest;
        if (_copy.Length + octets.Length > plane.Answers!.LargestAnswer)
        {
            _copies = false;
            _copy.Clear();
            plane.Metrics.Answers.Count(CacheResult.NotStored);
            return;
        }

        _copy.Append(octets);
    }

    internal void Append(in ReadOnlySequence<byte> octets)
    {
        foreach (ReadOnlyMemory<byte> part in octets)
        {
            Append(part.Span);
        }
    }

    /// <summary>What was added goes to those who have joined.</summary>
    internal void Publish() => _run?.Recording.Publish();

    /// <summary>The provider's answer is whole.</summary>
    internal void Complete()
    {
        EndRun(whole: true, final: _status is >= 200 and < 300);
        _copyIsComplete = _copies;
        if (_copyIsComplete && _copy.Length <= LargestOnLoop)
        {
            Store();
        }
    }

    /// <summary>An answer that is not a provider's to this request, or an error; it is whole.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="lines">Its header lines.</param>
    /// <param name="body">Its body.</param>
    /// <param name="mark">What the gateway adds.</param>
    /// <param name="isStream">Whether it is a stream.</param>
    /// <param name="final">Whether asking again would come to the same, so that it is kept for those who do.</param>
    internal void Record(int status, ReadOnlySpan<byte> lines, in ReadOnlySequence<byte> body, in ResponseMark mark, bool isStream, bool final)
    {
        _copies = false;
        if (_run is null)
        {
            return;
        }

        SetHead(status, lines, mark, isStream ? -1 : body.Length);
        foreach (ReadOnlyMemory<byte> part in body)
        {
            _run.Recording.Append(part.Span);
        }

        EndRun(whole: true, final);
    }

    /// <summary>The exchange is over, whether the answer was completed or not. Ready for another one afterwards.</summary>
    internal async ValueTask EndAsync()
    {
        EndRun(whole: false, final: false);
        if (_copyIsComplete)
        {
            await OffLoop.Run("store an answer", static tap => tap.Store(), this).ConfigureAwait(false);
        }

        _copies = false;
        _copy.Clear();
    }

    private bool Store()
    {
        _copyIsComplete = false;
        bool stored = plane.Answers!.Store(_storeKey, _copy.Octets, plane.Time.GetUtcNow().ToUnixTimeSeconds());
        plane.Metrics.Answers.Count(stored ? CacheResult.Stored : CacheResult.NotStored);
        return stored;
    }

    private void EndRun(bool whole, bool final)
    {
        if (_run is not { } run)
        {
            return;
        }

        _run = null;
        run.Recording.Finish(whole);
        bool kept = plane.Idempotency.End(run, final ? _keep : TimeSpan.Zero);
        plane.Metrics.Answers.Count(kept ? IdempotencyResult.Stored : final ? IdempotencyResult.TooLarge : IdempotencyResult.Failed);
    }

    private void SetHead(int status, ReadOnlySpan<byte> lines, in ResponseMark mark, long length) => _run!.Head = new AnswerHead
    {
        Status = status,
        Lines = lines.ToArray(),
        Target = mark.Target.ToArray(),
        Attempts = mark.Attempts,
        Fallback = mark.Fallback,
        Length = Math.Max(length, -1),
    };
}

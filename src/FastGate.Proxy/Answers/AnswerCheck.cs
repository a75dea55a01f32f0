using System.Buffers;
using FastGate.Protocol.Http;
using FastGate.Providers.OpenAi;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Endpoints;

namespace FastGate.Proxy.Answers;

/// <summary>
/// Looks at a whole answer as it goes by: whether it is one, where JSON is owed, whether it reports an error in place of one, whether the
/// provider's content filter withheld it, and what it cost. One answer at a time.
/// </summary>
/// <remarks>
/// Completions are read strictly, in one pass that also finds the rest; a page of HTML or half an object does not pass. What may consist
/// of long arrays of numbers (embeddings) is judged by its first and last octets and its brackets, which costs a tenth. Of an answer that
/// is larger than what is held only the first octet can be judged in time.
/// </remarks>
internal struct AnswerCheck
{
    // Errors are short; a longer answer is not read for one where its endpoint's answers are not read anyway.
    private const int LargestError = 8 * 1024;

    private UsageScanner _scanner;
    private TokenUsage _usage;
    private bool _owesJson;
    private bool _readsUsage;
    private StreamGrammar _grammar;
    private bool _scans;

    /// <summary>Whether it is a provider's report of an error, with a status that says otherwise.</summary>
    internal bool IsError { get; private set; }

    /// <summary>Whether it bears no content because of the provider's content filter.</summary>
    internal bool IsFiltered { get; private set; }

    /// <summary>What the provider said it cost.</summary>
    internal readonly TokenUsage Usage => _scans ? _scanner.Usage : _usage;

    /// <summary>The check of an answer with this head.</summary>
    internal static AnswerCheck For(Endpoint endpoint, ResponseHead head)
    {
        // An answer in a coding nobody asked for is the client's to read.
        bool readable = !head.TryGet(KnownHeader.ContentEncoding, out ReadOnlySpan<byte> coding) || coding.SequenceEqual("identity"u8);
        return new AnswerCheck
        {
            _owesJson = endpoint.AnswersJson && readable && head.Status is >= 200 and < 300 and not 204,
            _readsUsage = readable && MediaTypes.IsJson(head),
            _grammar = endpoint.Stream,
            _usage = TokenUsage.Unknown,
        };
    }

    /// <summary>Judges what is held: all of the answer, or its beginning.</summary>
    internal bool Accepts(in ReadOnlySequence<byte> held, bool isComplete)
    {
        if (isComplete && _owesJson && _grammar != StreamGrammar.None)
        {
            return AcceptsCompletion(held);
        }

        if (isComplete && _owesJson && held.Length <= LargestError)
        {
            NoteError(held);
        }

        if (_readsUsage || (_owesJson && isComplete))
        {
            _scanner.Reset();
            _scans = true;
            Pass(held);
        }

        return !_owesJson || (isComplete ? _scanner.IsClosed && StartsAsJson(held) : StartsAsJson(held));
    }

    /// <summary>Takes what follows on what was held.</summary>
    internal void Pass(in ReadOnlySequence<byte> data)
    {
        if (_scans)
        {
            foreach (ReadOnlyMemory<byte> part in data)
            {
                _scanner.Feed(part.Span);
            }
        }
    }

    [System.Runtime.CompilerServices.SkipLocalsInit]
    private void NoteError(in ReadOnlySequence<byte> held)
    {
        if (held.IsSingleSegment)
        {
            IsError = ReportsError(held.FirstSpan);
            return;
        }

        Span<byte> copy = stackalloc byte[(int)held.Length];
        held.CopyTo(copy);
        IsError = ReportsError(copy);
    }

    private static bool ReportsError(ReadOnlySpan<byte> json) => ChatChunkScanner.TryScanWhole(json, out ChatChunk facts) && facts.HasError;

    private bool AcceptsCompletion(in ReadOnlySequence<byte> held)
    {
        if (held.IsSingleSegment)
        {
            return AcceptsCompletion(held.FirstSpan);
        }

        byte[] copy = ArrayPool<byte>.Shared.Rent((int)held.Length);
        held.CopyTo(copy);
        bool accepted = AcceptsCompletion(copy.AsSpan(0, (int)held.Length));
        ArrayPool<byte>.Shared.Return(copy);
        return accepted;
    }

    private bool AcceptsCompletion(ReadOnlySpan<byte> json) => _grammar == StreamGrammar.Responses ? AcceptsResponse(json) : AcceptsChat(json);

    private bool AcceptsResponse(ReadOnlySpan<byte> json)
    {
        if (!ResponsesEventScanner.TryScanWhole(json, out ResponsesEvent facts))
        {
            return false;
        }

        bool hasContent = facts.Content != ChatChunkFlags.None;
        _usage = facts.HasUsage ? facts.Usage : TokenUsage.Unknown;
        IsError = !hasContent && facts.Kind is (ResponsesEventKind.Failed or ResponsesEventKind.Error);
        IsFiltered = facts.IsFiltered(json, hasContent);
        return true;
    }

    private bool AcceptsChat(ReadOnlySpan<byte> json)
    {
        if (!ChatChunkScanner.TryScanWhole(json, out ChatChunk facts))
        {
            return false;
        }

        _usage = facts.HasUsage ? facts.Usage : TokenUsage.Unknown;
        IsError = facts.HasError && !facts.IsFirstToken;
        IsFiltered = !IsError && facts.IsFiltered(json);
        return true;
    }

    // Every answer of this surface is an object; some servers send lists.
    private static bool StartsAsJson(in ReadOnlySequence<byte> octets)
    {
        foreach (ReadOnlyMemory<byte> part in octets)
        {
            ReadOnlySpan<byte> text = part.Span.TrimStart(" \t\r\n"u8);
            if (!text.IsEmpty)
            {
                return text[0] is (byte)'{' or (byte)'[';
            }
        }

        return false;
    }
}

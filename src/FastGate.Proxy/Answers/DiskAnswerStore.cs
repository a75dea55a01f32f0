using System.Buffers;
using System.Threading.Channels;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Work;
using Microsoft.Extensions.Logging;

namespace FastGate.Proxy.Answers;

/// <summary>
/// Answers in memory with a database behind it: what is stored goes to both, what is not in memory is looked for in the database, off the
/// event loop, and taken into memory again. Writes wait in a bounded queue and are written in batches by one flow; one that finds the queue
/// full is left out. A database that fails while it is used is said so once, and done without from then on. Every answer that does not
/// get into the database is counted.
/// </summary>
internal sealed partial class DiskAnswerStore : IAnswerStore
{
    // Octets that wait to be written at most: a disk that cannot keep up costs answers, not memory.
    private const long MostWaiting = 16 * 1024 * 1024;
    private const int LargestBatch = 256;

    private readonly MemoryAnswerStore _memory;
    private readonly AnswerDatabase _database;
    private readonly AnswerCounters _counters;
    private readonly ILogger _logger;
    private readonly Channel<Entry> _waiting = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writing;
    private long _waitingBytes;
    private int _failed;

    internal DiskAnswerStore(MemoryAnswerStore memory, AnswerDatabase database, AnswerCounters counters, ILogger logger)
    {
        _memory = memory;
        _database = database;
        _counters = counters;
        _logger = logger;
        _writing = Task.Run(WriteAllAsync);
    }

    /// <inheritdoc/>
    public long LargestAnswer => _memory.LargestAnswer;

    /// <inheritdoc/>
    public ValueTask<bool> TryReadAsync(in AnswerKey key, long notBefore, BodyBuffer into) =>
        _memory.TryRead(key, notBefore, into) ? ValueTask.FromResult(true)
            : Volatile.Read(ref _failed) != 0 ? ValueTask.FromResult(false)
            : ReadFromDiskAsync(key, notBefore, into);

    /// <inheritdoc/>
    public bool Store(in AnswerKey key, ReadOnlySequence<byte> answer, long now)
    {
        if (!_memory.Store(key, answer, now))
        {
            return false;
        }

        if (Volatile.Read(ref _failed) != 0)
        {
            _counters.Count(CacheResult.NotWritten);
        }
        else if (Interlocked.Add(ref _waitingBytes, answer.Length) > MostWaiting)
        {
            Interlocked.Add(ref _waitingBytes, -answer.Length);
            _counters.Count(CacheResult.NotWritten);
        }
        else
        {
            _waiting.Writer.TryWrite(new Entry(key, answer.ToArray(), now));
        }

        return true;
    }

    /// <summary>Writes what waits and closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.Complete();
        await _writing.ConfigureAwait(false);
        _database.Dispose();
    }

    private async ValueTask<bool> ReadFromDiskAsync(AnswerKey key, long notBefore, BodyBuffer into)
    {
        (byte[] Answer, long Stored)? found = await OffLoop.Run("read a stored answer", static s => s.Self.Read(s.Key), (Self: this, Key: key)).ConfigureAwait(false);
        if (found is not { } entry || entry.Stored < notBefore)
        {
            return false;
        }

        _memory.Store(key, new ReadOnlySequence<byte>(entry.Answer), entry.Stored);
        into.Append(entry.Answer);
        return true;
    }

    private (byte[] Answer, long Stored)? Read(AnswerKey key)
    {
        try
        {
            return _database.Read(key);
        }
        catch (AnswerDatabaseException e)
        {
            Fail(e);
            return null;
        }
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<Entry>(LargestBatch);
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (batch.Count < LargestBatch && _waiting.Reader.TryRead(out Entry? entry))
            {
                batch.Add(entry);
            }

            if (!TryWrite(batch))
            {
                batch.ForEach(_ => _counters.Count(CacheResult.NotWritten));
            }

            Interlocked.Add(ref _waitingBytes, -batch.Sum(e => (long)e.Answer.Length));
            batch.Clear();
        }
    }

    private bool TryWrite(List<Entry> batch)
    {
        if (Volatile.Read(ref _failed) != 0)
        {
            return false;
        }

        try
        {
            _database.Write(batch.Select(e => (e.Key, e.Answer, e.Stored)));
            return true;
        }
        catch (AnswerDatabaseException e)
        {
            Fail(e);
            return false;
        }
    }

    private void Fail(AnswerDatabaseException fault)
    {
        if (Interlocked.Exchange(ref _failed, 1) == 0)
        {
            LogFailed(_logger, _database.Path, fault.Message);
        }
    }

    [LoggerMessage(EventIds.AnswerDatabaseFailed, LogLevel.Warning, "The database of stored answers {Path} has failed ({What}): answers are kept in memory only until the next start")]
    private static partial void LogFailed(ILogger logger, string path, string what);

    private sealed record Entry(AnswerKey Key, byte[] Answer, long Stored);
}

using System.Buffers;
using System.Collections.Concurrent;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;
using Microsoft.Extensions.Logging;

namespace FastGate.Proxy.Tests.Answers;

public sealed class DiskAnswerStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastgate-answers");
    private readonly Lines _log = new();
    private readonly AnswerCounters _counters = new();

    private string File => Path.Combine(_folder.FullName, "answers.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Answers_survive_a_restart()
    {
        await using (IAnswerStore store = Open())
        {
            for (int i = 0; i < 1000; i++)
            {
                Assert.True(store.Store(MemoryAnswerStoreTests.Key(i), Answer(i), 100 + i));
            }

            store.Store(MemoryAnswerStoreTests.Key(7), Answer(70), 5000);
        }

        await using IAnswerStore again = Open();
        Assert.Equal(Answer(3).ToArray(), await ReadAsync(again, 3, 103));
        Assert.Null(await ReadAsync(again, 4, 105));
        Assert.Equal(Answer(70).ToArray(), await ReadAsync(again, 7, 4000));
        Assert.Null(await ReadAsync(again, 1000, 0));
        Assert.Empty(_log.All);
    }

    [Fact]
    public async Task Oldest_answers_leave_a_full_database()
    {
        await using (IAnswerStore store = Open(disk: 1024 * 1024))
        {
            for (int i = 0; i < 5000; i++)
            {
                store.Store(MemoryAnswerStoreTests.Key(i), Answer(i), 1);
            }
        }

        using var database = AnswerDatabase.Open(File, 1024 * 1024);
        Assert.InRange(database.SizeBytes, 100 * 1024, 1024 * 1024);
        Assert.Null(database.Read(MemoryAnswerStoreTests.Key(0)));
        Assert.NotNull(database.Read(MemoryAnswerStoreTests.Key(4999)));
    }

    [Fact]
    public async Task Damaged_database_is_said_so_and_done_without()
    {
        await System.IO.File.WriteAllTextAsync(File, string.Concat(Enumerable.Repeat("This is no database. ", 1000)));
        await using IAnswerStore store = Open();
        Assert.Contains("not a database", Assert.Single(_log.All), StringComparison.Ordinal);
        await WorksInMemoryAsync(store);
    }

    [Fact]
    public async Task Somebody_elses_database_is_left_alone()
    {
        using (AnswerDatabase.Open(File, 1024 * 1024))
        {
        }

        SQLitePCL.raw.sqlite3_open(File, out SQLitePCL.sqlite3 other);
        using (other)
        {
            SQLitePCL.raw.sqlite3_exec(other, "PRAGMA application_id = 5");
        }

        await using IAnswerStore store = Open();
        Assert.Contains("no database of stored answers", Assert.Single(_log.All), StringComparison.Ordinal);
        await WorksInMemoryAsync(store);
    }

    [Fact]
    public async Task Database_in_a_place_that_cannot_be_written_is_done_without()
    {
        await using IAnswerStore store = AnswerStores.Open(new StoreSettings { AnswerPath = "/proc/answers.db" }, _counters, _log);
        Assert.Contains("/proc/answers.db", Assert.Single(_log.All), StringComparison.Ordinal);
        await WorksInMemoryAsync(store);
    }

    [Fact]
    public async Task Read_only_database_is_said_so_and_done_without()
    {
        using (AnswerDatabase.Open(File, 1024 * 1024))
        {
        }

        // To whoever runs as root every file can be written. This is SQLite's own mark of one that is not (file format, 1.3.3).
        byte[] database = await System.IO.File.ReadAllBytesAsync(File);
        database[18] = 3;
        await System.IO.File.WriteAllBytesAsync(File, database);
        await using IAnswerStore store = Open();
        Assert.Contains("readonly", Assert.Single(_log.All), StringComparison.Ordinal);
        await WorksInMemoryAsync(store);
    }

    [Fact]
    public async Task Database_that_was_cut_short_is_said_so_and_done_without()
    {
        await FillAsync();
        await using (FileStream file = new(File, FileMode.Open))
        {
            file.SetLength(file.Length / 2);
        }

        await using IAnswerStore store = Open();
        Assert.Contains("malformed", Assert.Single(_log.All), StringComparison.Ordinal);
        await WorksInMemoryAsync(store);
    }

    [Fact]
    public async Task Damage_that_shows_later_is_said_once_and_what_is_not_written_is_counted()
    {
        await FillAsync();
        byte[] database = await System.IO.File.ReadAllBytesAsync(File);

        // Behind the pages that are looked at when it is opened: the schema, the roots of its trees, the oldest answers.
        database.AsSpan(64 * 1024).Fill(0x5a);
        await System.IO.File.WriteAllBytesAsync(File, database);
        await using (IAnswerStore store = Open())
        {
            for (int i = 0; i < 200; i++)
            {
                Assert.Null(await ReadAsync(store, i, long.MaxValue));
            }

            Assert.Contains("has failed (database disk image is malformed)", Assert.Single(_log.All), StringComparison.Ordinal);
            await WorksInMemoryAsync(store);
        }

        Assert.Equal([("not_written", 1)], _counters.Cache.Read().Where(r => r.Count > 0));
    }

    [Fact]
    public async Task Restarted_gateway_answers_from_the_database()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        GatewaySettings settings = Chains.Over(one) with
        {
            DirectAnswers = new AnswerPolicy { CacheTtl = TimeSpan.FromMinutes(10) },
            Stores = new StoreSettings { AnswerPath = File },
        };
        Message first;
        await using (Gateway gateway = await Gateway.StartAsync(settings))
        {
            first = await gateway.AskAsync(Gateway.Chat());
        }

        await using Gateway restarted = await Gateway.StartAsync(settings);
        Message second = await restarted.AskAsync(Gateway.Chat());
        Assert.Equal("hit", second["x-fastgate-cache"]);
        Assert.Equal(first.Body, second.Body);
        Assert.Single(one.Seen);
    }

    private async Task FillAsync()
    {
        await using IAnswerStore store = Open();
        for (int i = 0; i < 1000; i++)
        {
            store.Store(MemoryAnswerStoreTests.Key(i), Answer(i), 1);
        }
    }

    private IAnswerStore Open(long disk = 1024L * 1024 * 1024) => AnswerStores.Open(new StoreSettings { AnswerPath = File, AnswerDiskBytes = disk, AnswerBytes = MemoryAnswerStore.LeastBytes }, _counters, _log);

    private static async Task WorksInMemoryAsync(IAnswerStore store)
    {
        Assert.True(store.Store(MemoryAnswerStoreTests.Key(1), Answer(1), 1));
        Assert.Equal(Answer(1).ToArray(), await ReadAsync(store, 1, 0));
        Assert.Null(await ReadAsync(store, 2, 0));
    }

    private static ReadOnlySequence<byte> Answer(int number)
    {
        byte[] answer = new byte[500 + (number % 50)];
        new Random(number).NextBytes(answer);
        return new ReadOnlySequence<byte>(answer);
    }

    private static async Task<byte[]?> ReadAsync(IAnswerStore store, int number, long notBefore)
    {
        var found = new BodyBuffer();
        return await store.TryReadAsync(MemoryAnswerStoreTests.Key(number), notBefore, found) ? found.Octets.ToArray() : null;
    }

    private sealed class Lines : ILogger
    {
        internal ConcurrentQueue<string> All { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Enqueue(formatter(state, exception));
    }
}

using System.Buffers;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Connections;

namespace FastGate.Proxy.Tests.Answers;

public class MemoryAnswerStoreTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Store_with_room_for_all_is_a_dictionary(int seed)
    {
        var random = new Random(seed);
        var store = new MemoryAnswerStore(64 * 1024 * 1024);
        var model = new Dictionary<int, (byte[] Answer, long Stored)>();
        for (int round = 0; round < 20_000; round++)
        {
            int number = random.Next(2000);
            long now = 1000 + round;
            if (random.Next(3) == 0)
            {
                byte[] answer = Answer(random, random.Next(100) == 0 ? random.Next(100_000) : random.Next(2000));
                Assert.True(store.Store(Key(number), new ReadOnlySequence<byte>(answer), now));
                model[number] = (answer, now);
            }
            else
            {
                long notBefore = random.Next(4) == 0 ? now - random.Next(5000) : 0;
                byte[]? expected = model.TryGetValue(number, out (byte[] Answer, long Stored) held) && held.Stored >= notBefore ? held.Answer : null;
                Assert.True(Same(expected, Read(store, number, notBefore)), $"seed {seed}, round {round}");
            }
        }

        Assert.Equal(model.Count, store.Count);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 4)]
    [InlineData(4, 40)]
    public void Full_store_forgets_but_never_gives_a_wrong_answer_and_keeps_its_bound(int seed, int megabytes)
    {
        var random = new Random(seed);
        long limit = megabytes * 1024L * 1024;
        var store = new MemoryAnswerStore(limit);
        var model = new Dictionary<int, byte[]>();
        for (int round = 0; round < 30_000; round++)
        {
            int number = random.Next(3) == 0 ? random.Next(50) : random.Next(20_000);
            if (random.Next(2) == 0)
            {
                byte[] answer = Answer(random, random.Next(200) == 0 ? random.Next((int)store.LargestAnswer) : random.Next(3000));
                if (store.Store(Key(number), new ReadOnlySequence<byte>(answer), 1))
                {
                    model[number] = answer;
                }
                else
                {
                    Assert.Fail($"seed {seed}, round {round}: {answer.Length} octets were not taken");
                }
            }
            else if (Read(store, number, 0) is { } found)
            {
                Assert.True(found.AsSpan().SequenceEqual(model[number]), $"seed {seed}, round {round}");
            }

            if (round % 500 == 0)
            {
                // An entry copied on is there twice for a moment, never longer.
                Assert.True(store.SizeBytes <= limit + (limit / 8), $"seed {seed}, round {round}: {store.SizeBytes} of {limit}");
            }
        }

        Assert.True(store.Count > 0);
    }

    [Fact]
    public void Answer_too_large_is_not_taken()
    {
        var store = new MemoryAnswerStore(MemoryAnswerStore.LeastBytes);
        Assert.False(store.Store(Key(1), new ReadOnlySequence<byte>(new byte[store.LargestAnswer + 64]), 1));
        Assert.True(store.Store(Key(1), new ReadOnlySequence<byte>(new byte[store.LargestAnswer]), 1));
    }

    [Fact]
    public void Scan_does_not_flush_what_is_asked_for_again_and_again()
    {
        var store = new MemoryAnswerStore(8 * 1024 * 1024);
        byte[] answer = new byte[1000];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 2000; i++)
            {
                if (Read(store, i, 0) is null)
                {
                    store.Store(Key(i), new ReadOnlySequence<byte>(answer), 1);
                }
            }
        }

        // Ten times what fits, each asked for once, while the others are asked for now and then.
        for (int i = 0; i < 80_000; i++)
        {
            store.Store(Key(1_000_000 + i), new ReadOnlySequence<byte>(answer), 1);
            if (i % 10 == 0)
            {
                Read(store, i / 10 % 2000, 0);
            }
        }

        int left = Enumerable.Range(0, 2000).Count(i => Read(store, i, 0) is not null);
        Assert.True(left > 1900, $"{left} of 2000 are left");
    }

    [Fact]
    public void Answers_of_a_kilobyte_take_a_quarter_more_at_most()
    {
        const int Count = 100_000;
        const int Size = 1024;
        long limit = (long)(Count * (double)Size * 1.25);
        var store = new MemoryAnswerStore(limit);
        byte[] answer = new byte[Size];
        var sequence = new ReadOnlySequence<byte>(answer);
        for (int i = 0; i < Count; i++)
        {
            BitConverter.TryWriteBytes(answer, i);
            store.Store(Key(i), sequence, 1);
        }

        Assert.Equal(Count, store.Count);
        Assert.True(store.SizeBytes <= limit, $"{store.SizeBytes / (double)(Count * (long)Size):f3} times their octets");
        var found = new BodyBuffer();
        for (int i = 0; i < Count; i += 997)
        {
            Assert.True(store.TryRead(Key(i), 0, found));
            Assert.Equal(i, BitConverter.ToInt32(found.Octets.FirstSpan));
            found.Clear();
        }
    }

    [Fact]
    public async Task Threads_at_once_see_whole_answers_only()
    {
        var store = new MemoryAnswerStore(2 * 1024 * 1024);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            var random = new Random(worker);
            for (int round = 0; round < 20_000; round++)
            {
                int number = random.Next(3000);
                if (random.Next(2) == 0)
                {
                    byte[] answer = new byte[random.Next(1, 3000)];
                    answer.AsSpan().Fill((byte)number);
                    store.Store(Key(number), new ReadOnlySequence<byte>(answer), 1);
                }
                else if (Read(store, number, 0) is { } found)
                {
                    Assert.Equal(-1, found.AsSpan().IndexOfAnyExcept((byte)number));
                }
            }
        })));
    }

    internal static AnswerKey Key(int number) => AnswerKey.Of(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)));

    private static byte[] Answer(Random random, int length)
    {
        byte[] answer = new byte[length];
        random.NextBytes(answer);
        return answer;
    }

    private static byte[]? Read(MemoryAnswerStore store, int number, long notBefore)
    {
        var found = new BodyBuffer();
        byte[]? answer = store.TryRead(Key(number), notBefore, found) ? found.Octets.ToArray() : null;
        found.Clear();
        return answer;
    }

    private static bool Same(byte[]? one, byte[]? other) => one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);
}

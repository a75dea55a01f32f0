using System.Security.Cryptography;
using System.Text;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Idempotency;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Time;
using FastGate.Routing.Outcomes;

namespace FastGate.Proxy.Tests.Idempotency;

public sealed class MemoryIdempotencyStoreTests : IDisposable
{
    private static readonly AnswerKey Asked = AnswerKey.Of(SHA256.HashData("asked"u8));
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTime _time = new();
    private readonly TimerWheel _wheel;

    public MemoryIdempotencyStoreTests() => _wheel = new TimerWheel(_time);

    public void Dispose() => _wheel.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(5000)]
    [InlineData(300_000)]
    public void Answer_is_kept_with_all_that_belongs_to_it(int size)
    {
        MemoryIdempotencyStore store = Make();
        string body = Text(7, size);
        var head = new AnswerHead
        {
            Status = 422,
            Lines = "content-type: x\r\na: b\r\n"u8.ToArray(),
            Target = "one/m"u8.ToArray(),
            Attempts = 3,
            Fallback = FailureClass.RateLimited,
            Length = size,
        };
        Assert.True(Run(store, 7, body, Minute, head));
        KeptAnswer kept = Kept(store, 7);
        Assert.Equal(422, kept.Status);
        Assert.Equal("content-type: x\r\na: b\r\n", Encoding.ASCII.GetString(kept.Lines));
        Assert.Equal("one/m", Encoding.ASCII.GetString(kept.Target));
        Assert.Equal(3, kept.Attempts);
        Assert.Equal(FailureClass.RateLimited, kept.Fallback);
        Assert.True(kept.TellsLength);
        Assert.Equal(body, Encoding.ASCII.GetString(kept.Body.Span));
        Assert.Equal(1, store.Count);
        Assert.Equal(ClaimKind.Conflict, Claim(store, 7, Key(0)).Kind);
    }

    [Fact]
    public void Kept_answers_take_little_more_than_their_octets()
    {
        MemoryIdempotencyStore store = Make(entries: 100_000);
        for (int i = 0; i < 10_000; i++)
        {
            Assert.True(Run(store, i, Text(i, 1024), Minute));
        }

        Assert.Equal(10_000, store.Count);
        Assert.InRange(store.Octets, 10_000 * 1024L, (long)(10_000 * 1024 * 1.2));
    }

    [Fact]
    public void Those_finished_first_go_first_when_there_are_too_many()
    {
        MemoryIdempotencyStore store = Make(entries: 5);
        for (int i = 0; i < 12; i++)
        {
            Assert.True(Run(store, i, Text(i, 100), Minute));
        }

        Assert.Equal(5, store.Count);
        Assert.All(Enumerable.Range(7, 5), i => Assert.Equal(Text(i, 100), Encoding.ASCII.GetString(Kept(store, i).Body.Span)));
    }

    [Theory]
    [InlineData(64 * 1024, 100)]
    [InlineData(64 * 1024, 3000)]
    [InlineData(256 * 1024, 40_000)]
    [InlineData(4096, 100)]
    public void Those_finished_first_go_first_when_their_memory_is_used_up(long bytes, int size)
    {
        MemoryIdempotencyStore store = Make(bytes: bytes);
        int last = (int)(bytes * 3 / size);
        for (int i = 0; i <= last; i++)
        {
            Run(store, i, Text(i, size), Minute);
            Assert.InRange(store.Octets, 0, bytes);
        }

        int count = store.Count;
        Assert.InRange(count, 1, last);
        Assert.All(Enumerable.Range(last - count + 1, count), i => Assert.Equal(Text(i, size), Encoding.ASCII.GetString(Kept(store, i).Body.Span)));
    }

    [Fact]
    public void Answer_larger_than_all_memory_is_not_kept_and_nothing_is_lost()
    {
        MemoryIdempotencyStore store = Make(bytes: 16 * 1024);
        Run(store, 1, Text(1, 40_000), Minute);
        Assert.Equal(0, store.Count);
        Assert.Equal(0, store.Octets);
        Assert.True(Run(store, 1, Text(1, 1000), Minute));
        Assert.Equal(1, store.Count);
    }

    [Fact]
    public void Answer_that_was_given_up_is_read_to_its_end_by_who_has_it()
    {
        MemoryIdempotencyStore store = Make(bytes: 16 * 1024);
        Run(store, 1, Text(1, 500), Minute);
        KeptAnswer held = Kept(store, 1);
        for (int i = 2; i < 100; i++)
        {
            Run(store, i, Text(i, 500), Minute);
        }

        Assert.Equal(ClaimKind.Begun, Claim(store, 1).Kind);
        Assert.Equal(Text(1, 500), Encoding.ASCII.GetString(held.Body.Span));
    }

    [Fact]
    public void Answers_go_when_their_time_is_over_and_their_memory_with_the_last_of_them()
    {
        MemoryIdempotencyStore store = Make();
        Run(store, 1, Text(1, 500), Minute);
        Run(store, 2, Text(2, 500), 3 * Minute);
        Run(store, 3, Text(3, 200_000), Minute);
        long all = store.Octets;
        _time.Advance(Minute + TimeSpan.FromSeconds(1));
        Assert.Equal(2, store.Count);
        Assert.InRange(store.Octets, 1, all - 200_000);
        Assert.Equal(Text(2, 500), Encoding.ASCII.GetString(Kept(store, 2).Body.Span));

        // The same key runs anew, and its new answer lies behind the old one.
        Assert.True(Run(store, 1, Text(11, 500), 3 * Minute));
        Assert.Equal(Text(11, 500), Encoding.ASCII.GetString(Kept(store, 1).Body.Span));
        _time.Advance((2 * Minute) + TimeSpan.FromSeconds(1));
        Assert.Equal(ClaimKind.Kept, Claim(store, 1).Kind);
        _time.Advance(Minute);
        Assert.Equal(0, store.Count);
        Assert.Equal(0, store.Octets);
        Assert.Equal(0, _wheel.Filed);
    }

    [Fact]
    public void Smaller_bound_is_kept_to_from_the_next_answer_on()
    {
        MemoryIdempotencyStore store = Make(entries: 1000);
        for (int i = 0; i < 500; i++)
        {
            Run(store, i, Text(i, 1000), Minute);
        }

        store.Limits = store.Limits with { Bytes = 128 * 1024 };
        Run(store, 1000, Text(1000, 1000), Minute);
        Assert.InRange(store.Octets, 1000, 128 * 1024);
        Assert.Equal(ClaimKind.Kept, Claim(store, 1000).Kind);
    }

    [Theory]
    [InlineData(20261126)]
    [InlineData(4711)]
    public void Many_at_once_never_get_what_belongs_to_another_key(int seed)
    {
        MemoryIdempotencyStore store = Make(entries: 200, bytes: 512 * 1024);
        long begun = 0, kept = 0;
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            var random = new Random(seed + thread);
            for (int i = 0; i < 5000; i++)
            {
                int number = random.Next(400);
                IdempotencyClaim claim = Claim(store, number);
                switch (claim.Kind)
                {
                    case ClaimKind.Begun:
                        Interlocked.Increment(ref begun);
                        End(store, claim.Run!, Text(number, number * number % 9000), random.Next(4) == 0 ? TimeSpan.Zero : Minute);
                        break;
                    case ClaimKind.Found:
                        claim.Run!.Recording.Release();
                        break;
                    case ClaimKind.Kept:
                        Interlocked.Increment(ref kept);
                        Assert.True(Text(number, number * number % 9000) == Encoding.ASCII.GetString(claim.Answer.Body.Span), $"Key {number} got another's answer, seed {seed}.");
                        break;
                }
            }
        });
        Assert.True(begun > 400 && kept > 400, $"{begun} ran and {kept} were replayed, seed {seed}.");
        Assert.InRange(store.Octets, 1, 512 * 1024);
        Assert.InRange(store.Count, 1, 200);
        _time.Advance(2 * Minute);
        Assert.Equal(0, store.Count);
        Assert.Equal(0, store.Octets);
    }

    private static AnswerKey Key(int number) => AnswerKey.Of(SHA256.HashData(BitConverter.GetBytes(number)));

    private static string Text(int number, int size) => string.Concat(Enumerable.Repeat($"{number:d6} ", (size / 7) + 1))[..size];

    // The store in memory answers at once.
    private static IdempotencyClaim Claim(MemoryIdempotencyStore store, int number, AnswerKey? request = null) => store.ClaimAsync(Key(number), request ?? Asked).Result;

    private static KeptAnswer Kept(MemoryIdempotencyStore store, int number)
    {
        IdempotencyClaim claim = Claim(store, number);
        Assert.Equal(ClaimKind.Kept, claim.Kind);
        return claim.Answer;
    }

    private static bool Run(MemoryIdempotencyStore store, int number, string body, TimeSpan keep, AnswerHead? head = null)
    {
        IdempotencyClaim claim = Claim(store, number);
        Assert.Equal(ClaimKind.Begun, claim.Kind);
        return End(store, claim.Run!, body, keep, head);
    }

    private static bool End(MemoryIdempotencyStore store, IdempotentRun run, string body, TimeSpan keep, AnswerHead? head = null)
    {
        run.Head = head ?? new AnswerHead { Status = 200, Lines = "content-type: text/plain\r\n"u8.ToArray(), Target = "one/m"u8.ToArray(), Length = body.Length };
        run.Recording.Append(Encoding.ASCII.GetBytes(body));
        run.Recording.Finish(complete: true);
        return store.End(run, keep);
    }

    private MemoryIdempotencyStore Make(int entries = 10_000, long bytes = 64 * 1024 * 1024) =>
        new(new IdempotencyLimits(entries, bytes, 4 * 1024 * 1024), _wheel);
}

using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Idempotency;
using FastGate.Proxy.Time;

namespace FastGate.Benchmarks.Stores;

/// <summary>
/// What a million answers of a kilobyte take in memory, in each store: measured at the collector and at the process, not by the stores'
/// own reckoning. And what finding one of them takes, on one thread and on two at once.
/// </summary>
internal static class StoreSizes
{
    private const int Size = 1024;
    private const double MostTimes = 1.25;
    private const int Finds = 500_000;

    private static readonly byte[] Lines = "content-type: application/json\r\nx-ratelimit-remaining-requests: 4999\r\n"u8.ToArray();
    private static readonly byte[] Target = "openai/gpt-4o-mini"u8.ToArray();

    /// <summary>Measures and prints.</summary>
    /// <param name="args"><c>--stores</c>, then how many answers if not a million.</param>
    /// <returns>1 when a store takes more than it may.</returns>
    public static int Run(ReadOnlySpan<string> args)
    {
        int count = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000;
        Console.WriteLine("| store | answers of 1 KiB | heap, times their octets | process, times their octets | find, ns | on two threads at once, ns |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|");
        return Judge("stored answers", Answers(count)) & Judge("answers under keys", Idempotency(count)) ? 0 : 1;
    }

    private static bool Judge(string store, double times)
    {
        if (times > MostTimes)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{store} take {times:f3} times their octets, {MostTimes} at most are allowed"));
        }

        return times <= MostTimes;
    }

    private static double Answers(int count)
    {
        var before = Memory.Now();
        var store = new MemoryAnswerStore((long)(count * (double)Size * MostTimes));
        byte[] answer = new byte[Size];
        for (int i = 0; i < count; i++)
        {
            BitConverter.TryWriteBytes(answer, i);
            store.Store(Key(i), new ReadOnlySequence<byte>(answer), 1);
        }

        Memory taken = Memory.Now().Since(before);
        if (store.Count != count)
        {
            throw new InvalidOperationException($"{store.Count} of {count} answers are there.");
        }

        Print("stored answers", count, taken, threads => Find(threads, count, static (store, key, found) =>
        {
            bool isThere = store.TryRead(key, 0, found);
            found.Clear();
            return isThere;
        }, store));
        return taken.Heap / (double)((long)count * Size);
    }

    private static double Idempotency(int count)
    {
        var before = Memory.Now();
        using var wheel = new TimerWheel(TimeProvider.System);
        var store = new MemoryIdempotencyStore(new IdempotencyLimits(count, (long)count * Size * 8, 4 * 1024 * 1024), wheel);
        byte[] answer = new byte[Size];
        AnswerKey request = Key(-1);
        for (int i = 0; i < count; i++)
        {
            IdempotentRun run = Claim(store, Key(i), request).Run!;
            run.Head = new AnswerHead { Status = 200, Lines = [.. Lines], Target = [.. Target], Length = Size };
            run.Recording.Append(answer);
            run.Recording.Finish(complete: true);
            store.End(run, TimeSpan.FromHours(1));
        }

        Memory taken = Memory.Now().Since(before);
        if (store.Count != count)
        {
            throw new InvalidOperationException($"{store.Count} of {count} answers are there.");
        }

        Print("answers under keys", count, taken, threads => Find(threads, count, (store, key, _) =>
        {
            IdempotencyClaim claim = Claim(store, key, request);
            return claim.Kind == ClaimKind.Kept && claim.Answer.Body.Length == Size;
        }, store));
        return taken.Heap / (double)((long)count * Size);
    }

    // The store in memory answers at once.
    private static IdempotencyClaim Claim(MemoryIdempotencyStore store, in AnswerKey key, in AnswerKey request) => store.ClaimAsync(key, request).Result;

    private static void Print(string store, int count, Memory taken, Func<int, double> find)
    {
        double octets = (double)count * Size;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {store} | {count:n0} | {taken.Heap / octets:f2} | {taken.Process / octets:f2} | {find(1):f0} | {find(2):f0} |"));
    }

    private static double Find<TStore>(int threads, int count, Func<TStore, AnswerKey, BodyBuffer, bool> find, TStore store)
    {
        AnswerKey[] keys = [.. Enumerable.Range(0, 1 << 16).Select(i => Key((int)((i * 7919L) % count)))];
        Find(keys.Length);
        long start = Stopwatch.GetTimestamp();
        Thread[] running = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() => Find(Finds)))];
        Array.ForEach(running, thread => thread.Start());
        Array.ForEach(running, thread => thread.Join());
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / Finds;

        void Find(int times)
        {
            var found = new BodyBuffer();
            for (int i = 0; i < times; i++)
            {
                if (!find(store, keys[i & (keys.Length - 1)], found))
                {
                    throw new InvalidOperationException("An answer is not there.");
                }
            }
        }
    }

    private static AnswerKey Key(int number) => AnswerKey.Of(SHA256.HashData(BitConverter.GetBytes(number)));

    /// <summary>Octets in use.</summary>
    /// <param name="Heap">What the collector holds reachable.</param>
    /// <param name="Process">What the process has of its own.</param>
    private readonly record struct Memory(long Heap, long Process)
    {
        internal static Memory Now()
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            return new Memory(GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
        }

        internal Memory Since(Memory before) => new(Heap - before.Heap, Process - before.Process);
    }
}

using System.Text;
using FastGate.Proxy.Replay;

namespace FastGate.Proxy.Tests.Replay;

public class RecordingTests
{
    [Fact]
    public async Task Reader_catches_up_and_then_waits_for_more()
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin();
        Add(recording, "one;");
        Add(recording, "two;");
        recording.Publish();
        var listener = new Listener();
        Assert.Equal(AttachResult.Attached, listener.Reader.TryAttach(recording, 2));
        Assert.Equal(ReplayStep.Wait, listener.ReadAll());
        Assert.Equal("two;", await listener.TextAsync());

        ValueTask woken = listener.Wakeup.WaitAsync();
        Assert.False(woken.IsCompleted);
        Add(recording, "three;");
        Assert.Equal(ReplayStep.Wait, listener.ReadAll());
        recording.Publish();
        await woken;
        Assert.Equal(ReplayStep.Wait, listener.ReadAll());
        Assert.Equal("three;", await listener.TextAsync());
        recording.Finish(complete: true);
        Assert.Equal(ReplayStep.End, listener.ReadAll());
    }

    [Fact]
    public async Task Broken_recording_ends_its_readers_as_broken()
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin();
        var listener = new Listener();
        Assert.Equal(AttachResult.Attached, listener.Reader.TryAttach(recording, 1));
        ValueTask woken = listener.Wakeup.WaitAsync();
        Add(recording, "a");
        recording.Finish(complete: false);
        await woken;
        Assert.Equal(ReplayStep.Broken, listener.ReadAll());
        Assert.Equal("a", await listener.TextAsync());
    }

    [Fact]
    public void Only_frames_that_can_have_been_seen_are_asked_for()
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin();
        Add(recording, "one");
        recording.Publish();
        var listener = new Listener();
        Assert.Equal(AttachResult.Ahead, listener.Reader.TryAttach(recording, 3));
        Assert.Equal(AttachResult.Attached, listener.Reader.TryAttach(recording, 2));
        listener.Reader.Detach();
        recording.Finish(complete: true);
        Assert.Equal(AttachResult.Nothing, listener.Reader.TryAttach(recording, 2));
        Assert.Equal(AttachResult.Ahead, listener.Reader.TryAttach(recording, 3));
        Assert.Equal(AttachResult.Attached, listener.Reader.TryAttach(recording, 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4088)]
    [InlineData(4089)]
    [InlineData(4090)]
    [InlineData(4091)]
    [InlineData(4092)]
    [InlineData(4093)]
    [InlineData(9000)]
    public async Task Frames_of_every_size_come_back_from_every_number_on(int size)
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin();
        for (int i = 0; i < 5; i++)
        {
            Add(recording, new string((char)('a' + i), size));
        }

        recording.Finish(complete: true);
        for (int from = 1; from <= 5; from++)
        {
            var listener = new Listener();
            Assert.Equal(AttachResult.Attached, listener.Reader.TryAttach(recording, from));
            Assert.Equal(ReplayStep.End, listener.ReadAll(most: 1));
            Assert.Equal(string.Concat(Enumerable.Range(from - 1, 6 - from).Select(i => new string((char)('a' + i), size))), await listener.TextAsync());
            listener.Reader.Detach();
        }

        Assert.True(recording.IsWhole);
    }

    [Fact]
    public async Task Two_parts_make_one_frame()
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin();
        Assert.Equal(1, recording.Append("id: 1\n"u8, "data: x\n\n"u8));
        Assert.Equal(2, recording.Append(default, "data: y\n\n"u8));
        recording.Publish();
        var listener = new Listener();
        listener.Reader.TryAttach(recording, 1);
        listener.ReadAll();
        Assert.Equal("id: 1\ndata: x\n\ndata: y\n\n", await listener.TextAsync());
    }

    [Fact]
    public async Task Numbers_begin_where_the_recording_says()
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin(firstNumber: 0);
        Assert.Equal(-1, recording.LastNumber);
        Assert.Equal(0, recording.Append("head;"u8));
        Assert.Equal(1, recording.Append("first;"u8));
        recording.Finish(complete: true);
        var listener = new Listener();
        Assert.Equal(AttachResult.Attached, listener.Reader.TryAttach(recording, 0));
        Assert.Equal(ReplayStep.End, listener.ReadAll());
        Assert.Equal("head;first;", await listener.TextAsync());
    }

    [Fact]
    public async Task Past_its_capacity_the_oldest_frames_go_and_readers_are_told()
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin(capacity: 3 * ReplaySegment.Size);
        Add(recording, "first");
        recording.Publish();
        var slow = new Listener();
        Assert.Equal(AttachResult.Attached, slow.Reader.TryAttach(recording, 1));
        for (int i = 2; i <= 100; i++)
        {
            Add(recording, $"{i:d4}{new string('x', 996)}");
        }

        recording.Publish();
        Assert.False(recording.IsWhole);
        Assert.Equal(3 * ReplaySegment.Size, recording.Octets);
        Assert.Equal(ReplayStep.Lost, slow.ReadAll());
        var late = new Listener();
        Assert.Equal(AttachResult.Dropped, late.Reader.TryAttach(recording, 1));
        Assert.Equal(AttachResult.Dropped, late.Reader.TryAttach(recording, 80));
        Assert.Equal(AttachResult.Attached, late.Reader.TryAttach(recording, 95));
        Assert.Equal(ReplayStep.Wait, late.ReadAll());
        Assert.StartsWith("0095", await late.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Frame_larger_than_the_capacity_is_lost_and_the_next_is_not()
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin(capacity: ReplaySegment.Size);
        Add(recording, new string('x', 20000));
        Add(recording, "next");
        recording.Finish(complete: true);
        var listener = new Listener();
        Assert.Equal(AttachResult.Dropped, listener.Reader.TryAttach(recording, 1));
        Assert.Equal(AttachResult.Attached, listener.Reader.TryAttach(recording, 2));
        Assert.Equal(ReplayStep.End, listener.ReadAll());
    }

    [Fact]
    public void Memory_is_bounded_over_all_recordings_and_comes_back()
    {
        using var bench = new ReplayBench(memory: 4 * ReplaySegment.Size);
        Recording first = bench.Begin();
        for (int i = 0; i < 100; i++)
        {
            Add(first, new string('x', 1000));
        }

        first.Publish();
        Assert.Equal(4 * ReplaySegment.Size, bench.Memory.Octets);
        Assert.False(first.IsWhole);
        Assert.Null(Recording.TryBegin(bench.Memory, bench.Wheel, bench.Detached, 4096, TimeSpan.Zero));

        bool given = false;
        bench.Memory.EvictOldest = () =>
        {
            bool gives = !given;
            given = true;
            if (gives)
            {
                first.Finish(complete: true);
                first.Release();
            }

            return gives;
        };
        Recording second = bench.Begin();
        Assert.Equal(ReplaySegment.Size, bench.Memory.Octets);
        Assert.Equal(AttachResult.Dropped, new Listener().Reader.TryAttach(first, 1));
        second.Finish(complete: true);
        second.Release();
        Assert.Equal(0, bench.Memory.Octets);
    }

    [Fact]
    public async Task Reader_holds_what_its_owner_has_given_up()
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin();
        Add(recording, "still here");
        recording.Finish(complete: true);
        var listener = new Listener();
        Assert.Equal(AttachResult.Attached, listener.Reader.TryAttach(recording, 1));
        recording.Release();
        Assert.Equal(ReplayStep.End, listener.ReadAll());
        Assert.Equal("still here", await listener.TextAsync());
        Assert.True(bench.Memory.Octets > 0);
        listener.Reader.Detach();
        Assert.Equal(0, bench.Memory.Octets);
        Assert.False(recording.TryHold());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(900, 40)]
    [InlineData(4088, 3)]
    [InlineData(4090, 3)]
    [InlineData(4092, 3)]
    [InlineData(20_000, 3)]
    [InlineData(0, 2)]
    public void What_all_frames_carry_is_copied_in_one_piece(int size, int frames)
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin(capacity: 256 * 1024);
        string[] texts = [.. Enumerable.Range(0, frames).Select(i => new string((char)('a' + (i % 26)), size))];
        Array.ForEach(texts, text => Add(recording, text));
        recording.Finish(complete: true);
        Assert.True(recording.IsWhole);
        Assert.Equal((long)size * frames, recording.Length);
        byte[] octets = new byte[recording.Length];
        recording.CopyTo(octets);
        Assert.Equal(string.Concat(texts), Encoding.Latin1.GetString(octets));
        recording.Release();
        Assert.Equal(0, bench.Memory.Octets);
    }

    [Fact]
    public void Memory_that_is_counted_beyond_the_bound_is_settled_by_giving_up_the_oldest()
    {
        var given = new Queue<int>([1000, 2000, 3000]);
        ReplayMemory memory = null!;
        memory = new ReplayMemory(4096) { EvictOldest = GiveUp };
        foreach (int octets in given)
        {
            memory.Take(octets);
        }

        memory.Settle();
        Assert.Equal(3000, memory.Octets);
        memory.Limit = 0;
        memory.Settle();
        memory.Settle();
        Assert.Equal(0, memory.Octets);
        Assert.Empty(given);

        bool GiveUp()
        {
            if (!given.TryDequeue(out int octets))
            {
                return false;
            }

            memory.Give(octets);
            return true;
        }
    }

    [Fact]
    public void Finished_recording_expires_when_its_time_is_over()
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin();
        var keeper = new Keeper();
        recording.Keep(TimeSpan.FromSeconds(60), keeper);
        bench.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(0, keeper.Expired);
        recording.Finish(complete: true);
        bench.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(0, keeper.Expired);
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, keeper.Expired);
    }

    private static void Add(Recording recording, string text) => recording.Append(Encoding.Latin1.GetBytes(text));

    private sealed class Keeper : IRecordingKeeper
    {
        internal int Expired { get; private set; }

        public void OnExpired() => Expired++;
    }
}

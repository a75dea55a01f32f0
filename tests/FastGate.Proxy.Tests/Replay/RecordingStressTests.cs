using System.Globalization;
using System.Text;
using FastGate.Proxy.Replay;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Replay;

/// <summary>One writer, many readers that come and go: each reads every frame from where it began, in order and untouched, or is told of the loss.</summary>
public class RecordingStressTests
{
    [Theory]
    [InlineData(1, 1024 * 1024)]
    [InlineData(2, 64 * 1024)]
    [InlineData(3, 8 * 1024)]
    [InlineData(4, 4 * 1024)]
    public async Task Readers_see_every_frame_or_are_told(int seed, int capacity)
    {
        const int Frames = 4000;
        using var bench = new ReplayBench(memory: 16 * 1024 * 1024);
        Recording recording = bench.Begin(capacity);
        var writing = Task.Run(() =>
        {
            var random = new Random(seed);
            for (int i = 1; i <= Frames; i++)
            {
                recording.Append(Encoding.ASCII.GetBytes(i.ToString("d8", CultureInfo.InvariantCulture)), Body(i, random.Next(0, 40) == 0 ? random.Next(6000) : random.Next(300)));
                if (random.Next(3) == 0)
                {
                    recording.Publish();
                }

                if (random.Next(50) == 0)
                {
                    Thread.Yield();
                }
            }

            recording.Finish(complete: true);
        });
        Task<(int Read, int Lost)>[] readers = [.. Enumerable.Range(0, 4).Select(i => Task.Run(() => ReadAsync(recording, new Random((seed * 100) + i), Frames)))];
        await writing.WaitAsync(Patience.Limit);
        foreach (Task<(int Read, int Lost)> reader in readers)
        {
            (int read, int lost) = await reader.WaitAsync(Patience.Limit);
            Assert.True(read > 0 || lost > 0, $"seed {seed}: a reader was given nothing and told nothing");
            Assert.True(lost == 0 || capacity < 1024 * 1024, $"seed {seed}: a frame was lost though all fit");
        }

        recording.Release();
        Assert.Equal(0, bench.Memory.Octets);
    }

    private static async Task<(int Read, int Lost)> ReadAsync(Recording recording, Random random, int frames)
    {
        int read = 0;
        int lost = 0;
        int next = 1;
        var listener = new Listener();
        while (true)
        {
            AttachResult attached = listener.Reader.TryAttach(recording, next);
            if (attached == AttachResult.Nothing)
            {
                Assert.Equal(frames + 1, next);
                return (read, lost);
            }

            if (attached == AttachResult.Dropped)
            {
                lost++;
                next = (int)recording.LastNumber + 1;
                continue;
            }

            Assert.Equal(AttachResult.Attached, attached);
            bool reading = true;
            while (reading)
            {
                ReplayStep step = listener.ReadOnce(random.Next(1, 5000));
                foreach (int number in Parse(await listener.TextAsync()))
                {
                    Assert.Equal(next, number);
                    next++;
                    read++;
                }

                switch (step)
                {
                    case ReplayStep.Wait:
                        await listener.Wakeup.WaitAsync();
                        break;
                    case ReplayStep.End or ReplayStep.Lost:
                        reading = false;
                        break;
                }

                // Now and then one goes and comes back.
                reading &= random.Next(20) != 0;
            }

            listener.Reader.Detach();
        }
    }

    // The body names its own length and letter, so that a frame torn or mixed with another is noticed.
    private static byte[] Body(int number, int length) => Encoding.ASCII.GetBytes($"{length:d5}{new string((char)('a' + (number % 26)), length)}");

    private static IEnumerable<int> Parse(string text)
    {
        int at = 0;
        while (at < text.Length)
        {
            int number = int.Parse(text.AsSpan(at, 8), CultureInfo.InvariantCulture);
            int length = int.Parse(text.AsSpan(at + 8, 5), CultureInfo.InvariantCulture);
            Assert.Equal(new string((char)('a' + (number % 26)), length), text.Substring(at + 13, length));
            at += 13 + length;
            yield return number;
        }
    }
}

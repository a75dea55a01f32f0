using System.Buffers;
using System.IO.Pipelines;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Replay;
using FastGate.Proxy.Responses;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Replay;

public class SlowClientTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_that_reads_slowly_holds_others_up_for_a_part_of_the_time_only(bool others)
    {
        using var bench = new ReplayBench();
        Recording recording = bench.Begin();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 2, resumeWriterThreshold: 1));
        var signal = new ConnectionSignal(bench.Wheel);
        signal.Attach(new Pipe().Reader, pipe.Writer);
        signal.Outlive(recording);
        var listener = new Listener();
        if (others)
        {
            Assert.Equal(AttachResult.Attached, listener.Reader.TryAttach(recording, 1));
        }

        // Whoever begins to read wakes the exchange, and a flush that is met by that waits for nobody.
        var output = new ClientOutput(pipe.Writer, signal);
        output.Begin();
        await SendAsync(TimeSpan.Zero);

        // It always takes what it is sent, after half a second each time: never as long as a stuck one is waited for.
        int waits = 0;
        while (waits < 10 && !output.GaveUp)
        {
            await SendAsync(TimeSpan.FromMilliseconds(500));
            waits++;
        }

        // Two halves of the second, and the third wait is too long for the quarter of the time since.
        Assert.Equal(others ? 3 : 10, waits);
        Assert.Equal(others, output.GaveUp);
        Assert.Equal(others, signal.IsDetached);

        async Task SendAsync(TimeSpan takes)
        {
            output.Writer.Write("event"u8);
            Task<bool> flush = output.FlushAsync(TimeSpan.FromMinutes(1)).AsTask();
            bench.Time.Advance(takes);
            ReadResult read = await pipe.Reader.ReadAsync().AsTask().Soon();
            pipe.Reader.AdvanceTo(read.Buffer.End);
            Assert.True(await flush.Soon());
        }
    }
}

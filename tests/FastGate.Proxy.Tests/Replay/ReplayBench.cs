using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Replay;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Time;

namespace FastGate.Proxy.Tests.Replay;

/// <summary>What recordings need around them, with a clock of the test's.</summary>
internal sealed class ReplayBench : IDisposable
{
    internal ReplayBench(long memory = 1024 * 1024, int detached = 8)
    {
        Wheel = new TimerWheel(Time);
        Memory = new ReplayMemory(memory);
        Detached = new DetachedExchanges(detached);
    }

    internal ManualTime Time { get; } = new();

    internal TimerWheel Wheel { get; }

    internal ReplayMemory Memory { get; }

    internal DetachedExchanges Detached { get; }

    internal Recording Begin(int capacity = 64 * 1024, TimeSpan? detachedTime = null, long firstNumber = 1) =>
        Recording.TryBegin(Memory, Wheel, Detached, capacity, detachedTime ?? TimeSpan.FromSeconds(60), firstNumber)!;

    public void Dispose() => Wheel.Dispose();
}

/// <summary>A reader and what it has been given.</summary>
internal sealed class Listener
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));

    internal Listener() => Reader = new RecordingReader(Wakeup);

    internal Wakeup Wakeup { get; } = new();

    internal RecordingReader Reader { get; }

    internal ReplayStep ReadOnce(long most = long.MaxValue) => Reader.Read(new FrameOutput(_pipe.Writer, Chunked: false), most);

    /// <summary>Reads as long as there is something, and tells why there is no more.</summary>
    internal ReplayStep ReadAll(long most = long.MaxValue)
    {
        ReplayStep step;
        do
        {
            step = ReadOnce(most);
        }
        while (step == ReplayStep.Data);
        return step;
    }

    internal async Task<string> TextAsync()
    {
        await _pipe.Writer.FlushAsync();
        if (!_pipe.Reader.TryRead(out ReadResult result))
        {
            return "";
        }

        string text = Encoding.Latin1.GetString(result.Buffer.ToArray());
        _pipe.Reader.AdvanceTo(result.Buffer.End);
        return text;
    }
}

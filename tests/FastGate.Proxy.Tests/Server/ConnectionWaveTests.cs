using FastGate.Proxy.Server;

namespace FastGate.Proxy.Tests.Server;

public class ConnectionWaveTests
{
    [Theory]
    [InlineData(128, 10_000, 78)]
    [InlineData(128, 2000, 15)]
    [InlineData(128, 1024, 0)]
    [InlineData(8, 10_000, 1250)]
    [InlineData(8, 1100, 76)]
    public void Wave_has_gone_when_few_are_left_of_many(int part, int peak, int left)
    {
        var wave = new ConnectionWave(part);
        Open(wave, 0, peak);
        for (int open = peak - 1; open > left; open--)
        {
            Assert.False(wave.OnClosed(open), $"with {open} open");
        }

        Assert.True(wave.OnClosed(left));
    }

    [Fact]
    public void Next_wave_is_reckoned_from_what_the_last_one_left()
    {
        var wave = new ConnectionWave(128);
        Open(wave, 0, 10_000);
        Assert.Equal([78], Enumerable.Range(0, 10_000).Reverse().Where(wave.OnClosed));
        Open(wave, 0, 1023);
        Assert.DoesNotContain(Enumerable.Range(0, 1023).Reverse(), wave.OnClosed);
        Open(wave, 0, 1100);
        Assert.Equal([8], Enumerable.Range(0, 1100).Reverse().Where(wave.OnClosed));
    }

    [Fact]
    public void Coming_and_going_of_single_ones_is_no_wave()
    {
        var wave = new ConnectionWave(128);
        Open(wave, 0, 5000);
        for (int i = 0; i < 100_000; i++)
        {
            Assert.False(wave.OnClosed(4999));
            wave.OnOpened(5000);
        }
    }

    [Fact]
    public void Wave_goes_once_however_many_see_it()
    {
        var wave = new ConnectionWave(128);
        Open(wave, 0, 4000);
        int open = 4000, gone = 0;
        Parallel.For(0, 4000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            if (wave.OnClosed(Interlocked.Decrement(ref open)))
            {
                Interlocked.Increment(ref gone);
            }
        });
        Assert.Equal(1, gone);
    }

    private static void Open(ConnectionWave wave, int from, int to)
    {
        for (int open = from + 1; open <= to; open++)
        {
            wave.OnOpened(open);
        }
    }
}

using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Time;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Tests.Upstream;

/// <summary>A pool is bounded, fair to those who wait, and keeps no connection that has had its time.</summary>
public sealed class UpstreamPoolTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly TimerWheel _wheel;
    private readonly PooledPipes _pipes;

    public UpstreamPoolTests()
    {
        _wheel = new TimerWheel(_time);
        _pipes = new PooledPipes(_wheel);
    }

    public void Dispose() => _wheel.Dispose();

    [Fact]
    public async Task Returned_connection_is_rented_again_newest_first()
    {
        using UpstreamPool pool = Pool(4);
        UpstreamConnection one = await ConnectAsync(pool);
        Assert.Null(pool.TryRent());

        pool.Return(one);

        Assert.Same(one, pool.TryRent());
        Assert.Equal(2, one.Uses);
        Assert.Null(pool.TryRent());
        Assert.Equal((1, 1), (pool.Count, _pipes.Made));
    }

    [Fact]
    public async Task Past_the_bound_callers_wait_and_are_served_in_order()
    {
        using UpstreamPool pool = Pool(2);
        UpstreamConnection one = await ConnectAsync(pool);
        UpstreamConnection two = await ConnectAsync(pool);
        Task<ConnectResult>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => pool.ConnectAsync(default).AsTask())];
        Assert.All(waiting, task => Assert.False(task.IsCompleted));

        pool.Return(two);
        Assert.Same(two, (await waiting[0].Soon()).Connection);
        Assert.False(waiting[1].IsCompleted);

        // One that is closed makes room for a new one.
        pool.Discard(one, "broken");
        UpstreamConnection? fresh = (await waiting[1].Soon()).Connection;
        Assert.Equal((3, 2, 2), (_pipes.Made, pool.Count, _pipes.Open));

        pool.Return(fresh!);
        Assert.Same(fresh, (await waiting[2].Soon()).Connection);
        Assert.Equal(2, _pipes.MostOpen);
    }

    [Fact]
    public async Task Who_gives_up_waiting_is_not_served()
    {
        using UpstreamPool pool = Pool(1);
        UpstreamConnection only = await ConnectAsync(pool);
        using var patience = new CancellationTokenSource();
        var impatient = pool.ConnectAsync(patience.Token).AsTask();
        var patient = pool.ConnectAsync(default).AsTask();

        await patience.CancelAsync();
        Assert.Equal(ConnectFailure.PoolExhausted, (await impatient.Soon()).Failure);
        pool.Return(only);

        Assert.Same(only, (await patient.Soon()).Connection);
    }

    [Fact]
    public async Task Failed_connect_gives_its_place_back()
    {
        using UpstreamPool pool = Pool(1);
        _pipes.Failing = ConnectFailure.Refused;
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(ConnectFailure.Refused, (await pool.ConnectAsync(default)).Failure);
        }

        _pipes.Failing = ConnectFailure.None;
        await ConnectAsync(pool);
        Assert.Equal(1, pool.Count);
    }

    [Fact]
    public async Task Connection_is_not_used_past_its_lifetime()
    {
        using UpstreamPool pool = Pool(4, lifetime: TimeSpan.FromMinutes(1));
        UpstreamConnection old = await ConnectAsync(pool);
        pool.Return(old);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Same(old, pool.TryRent());

        _time.Advance(TimeSpan.FromSeconds(2));
        pool.Return(old);

        Assert.Null(pool.TryRent());
        Assert.Equal((0, 0), (pool.Count, _pipes.Open));
    }

    [Fact]
    public async Task Idle_connections_are_closed_without_anybody_asking()
    {
        using UpstreamPool pool = Pool(64, idle: TimeSpan.FromSeconds(10));
        List<UpstreamConnection> all = [];
        for (int i = 0; i < 40; i++)
        {
            all.Add(await ConnectAsync(pool));
        }

        // More than the hot set holds.
        all.ForEach(pool.Return);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(40, pool.Count);

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((0, 0), (pool.Count, _pipes.Open));
    }

    [Fact]
    public async Task Retired_pool_keeps_nothing()
    {
        using UpstreamPool pool = Pool(4);
        UpstreamConnection idle = await ConnectAsync(pool);
        UpstreamConnection busy = await ConnectAsync(pool);
        pool.Return(idle);

        pool.Retire();
        Assert.Equal((1, 1), (pool.Count, _pipes.Open));

        pool.Return(busy);
        Assert.Null(pool.TryRent());
        Assert.Equal((0, 0), (pool.Count, _pipes.Open));
    }

    [Fact]
    public async Task Many_callers_at_once_never_pass_the_bound_lose_a_connection_or_forget_who_waits()
    {
        const int Seed = 20261125;
        using UpstreamPool pool = Pool(5);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(async () =>
        {
            var random = new Random(Seed + number);
            for (int i = 0; i < 2000; i++)
            {
                UpstreamConnection? connection = pool.TryRent();
                if (connection is null)
                {
                    // Some lose their patience at once.
                    ConnectResult result = await pool.ConnectAsync(new CancellationToken(random.Next(8) == 0));
                    if (!result.Succeeded)
                    {
                        continue;
                    }

                    connection = result.Connection;
                }

                if (random.Next(4) == 0)
                {
                    await Task.Yield();
                }

                if (random.Next(10) == 0)
                {
                    pool.Discard(connection, "broken");
                }
                else
                {
                    pool.Return(connection);
                }
            }
        }))).Soon();

        Assert.True(_pipes.MostOpen <= 5, $"{_pipes.MostOpen} at once, seed {Seed}");
        Assert.Equal(_pipes.Open, pool.Count);
        int idle = 0;
        while (pool.TryRent() is not null)
        {
            idle++;
        }

        Assert.Equal(pool.Count, idle);
    }

    private UpstreamPool Pool(int most, TimeSpan? idle = null, TimeSpan? lifetime = null) =>
        new(_pipes, new PoolLimits(most, idle ?? TimeSpan.FromHours(1), lifetime ?? TimeSpan.FromHours(1)), _wheel);

    private static async Task<UpstreamConnection> ConnectAsync(UpstreamPool pool)
    {
        ConnectResult result = await pool.ConnectAsync(default).AsTask().Soon();
        Assert.True(result.Succeeded);
        return result.Connection;
    }
}

using FastGate.Routing.Keys;
using FastGate.Routing.Timing;

namespace FastGate.Routing.Tests.Keys;

public sealed class TargetKeysTests
{
    private const long Now = 100 * TimeSpan.TicksPerSecond;
    private RequestRandom _random = new(9);

    [Fact]
    public void Keys_are_taken_by_weight()
    {
        TargetKeys keys = new([new ProviderKey("x", 3), new ProviderKey("y", 1)]);
        int x = Enumerable.Range(0, 4000).Count(_ => keys.Choose(0, Now, ref _random) == 0);
        Assert.InRange(x, 2850, 3150);
    }

    [Fact]
    public void A_limited_key_rests_for_its_retry_after_on_this_target_only()
    {
        ProviderKey shared = new("x");
        TargetKeys one = new([shared]);
        TargetKeys other = new([shared]);
        one.RecordLimit(0, TimeSpan.FromSeconds(20), Now);
        Assert.Equal(-1, one.Choose(0, Now, ref _random));
        Assert.Equal(0, other.Choose(0, Now, ref _random));
        Assert.Equal(0, one.Choose(0, Now + (20 * TimeSpan.TicksPerSecond), ref _random));
    }

    [Fact]
    public void Without_a_retry_after_the_rest_doubles_up_to_fifteen_seconds_and_an_answer_resets_it()
    {
        TargetKeys keys = new([new ProviderKey("x")]);
        long now = Now;
        foreach (int seconds in new[] { 1, 2, 4, 8, 15, 15 })
        {
            keys.RecordLimit(0, null, now);
            keys.RecordLimit(0, null, now + 1);
            Assert.InRange(keys.LimitedUntilTicks(0) - now, seconds * TimeSpan.TicksPerSecond, (seconds * TimeSpan.TicksPerSecond) + 1);
            now = keys.LimitedUntilTicks(0);
        }

        keys.RecordAnswer(0);
        keys.RecordLimit(0, null, now);
        Assert.Equal(now + TimeSpan.TicksPerSecond, keys.LimitedUntilTicks(0));
    }

    [Fact]
    public void A_refused_key_is_out_everywhere_until_it_is_restored()
    {
        ProviderKey shared = new("x");
        TargetKeys keys = new([shared]);
        shared.Refused(Now);
        Assert.Equal(-1, keys.Choose(0, Now + TimeSpan.TicksPerDay, ref _random));
        Assert.Equal(-1, keys.ChooseSoonest());
        shared.Restore();
        Assert.Equal(0, keys.Choose(0, Now, ref _random));
    }

    [Fact]
    public void A_provider_without_keys_has_one_that_always_works()
    {
        TargetKeys keys = new([]);
        Assert.Equal(0, keys.Choose(0, Now, ref _random));
    }

    [Fact]
    public void Too_many_keys_are_refused() =>
        Assert.Throws<ArgumentException>(() => new TargetKeys([.. Enumerable.Range(0, 33).Select(i => new ProviderKey($"{i}"))]));
}

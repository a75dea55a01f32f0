using FastGate.Providers.Classification;

namespace FastGate.Providers.Tests.Classification;

public sealed class RateLimitRoomReaderTests
{
    [Fact]
    public void Room_of_OpenAI_and_its_like_is_read()
    {
        // https://platform.openai.com/docs/guides/rate-limits
        ProviderRoom room = Read(
            "x-ratelimit-limit-requests: 5000", "x-ratelimit-limit-tokens: 160000", "x-ratelimit-remaining-requests: 4999", "x-ratelimit-remaining-tokens: 159976",
            "x-ratelimit-reset-requests: 12ms", "x-ratelimit-reset-tokens: 9ms");
        Assert.Equal(new ProviderRoom(4999, 5000, TimeSpan.FromMilliseconds(12), 159976, 160000, TimeSpan.FromMilliseconds(9)), room);
        Assert.True(room.IsKnown);
        Assert.Equal(TimeSpan.FromMilliseconds(12), room.ResetAfter);
    }

    [Fact]
    public void Room_of_Anthropic_is_that_of_the_scarcest_limit()
    {
        // https://docs.anthropic.com/en/api/rate-limits
        ProviderRoom room = Read(
            "anthropic-ratelimit-requests-limit: 50", "anthropic-ratelimit-requests-remaining: 49", "anthropic-ratelimit-requests-reset: 2026-11-21T08:00:01Z",
            "anthropic-ratelimit-input-tokens-limit: 30000", "anthropic-ratelimit-input-tokens-remaining: 3000", "anthropic-ratelimit-input-tokens-reset: 2026-11-21T08:00:54Z",
            "anthropic-ratelimit-output-tokens-limit: 8000", "anthropic-ratelimit-output-tokens-remaining: 8000", "anthropic-ratelimit-output-tokens-reset: 2026-11-21T08:00:00Z",
            "anthropic-ratelimit-tokens-limit: 38000", "anthropic-ratelimit-tokens-remaining: 11000", "anthropic-ratelimit-tokens-reset: 2026-11-21T08:00:54Z");
        Assert.Equal(new ProviderRoom(49, 50, TimeSpan.FromSeconds(1), 3000, 30000, TimeSpan.FromSeconds(54)), room);
        Assert.Equal(TimeSpan.FromSeconds(54), room.ResetAfter);
    }

    [Fact]
    public void Room_of_several_windows_is_that_of_the_scarcest()
    {
        // https://inference-docs.cerebras.ai/support/rate-limits
        ProviderRoom room = Read(
            "x-ratelimit-limit-requests-day: 1000000000", "x-ratelimit-limit-tokens-minute: 1000000000", "x-ratelimit-remaining-requests-day: 999997455",
            "x-ratelimit-remaining-tokens-minute: 999998298", "x-ratelimit-reset-requests-day: 33011.382867086411", "x-ratelimit-reset-tokens-minute: 11.382867336273193",
            "x-ratelimit-limit-requests-minute: 30", "x-ratelimit-remaining-requests-minute: 3", "x-ratelimit-reset-requests-minute: 11.5");
        Assert.Equal((3, 30, TimeSpan.FromSeconds(11.5)), (room.RemainingRequests, room.LimitRequests, room.ResetRequests));
        Assert.Equal((999998298, 1000000000), (room.RemainingTokens, room.LimitTokens));
    }

    [Fact]
    public void Fields_without_a_limits_name_count_requests()
    {
        ProviderRoom room = Read("X-RateLimit-Limit: 20", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1795248030000");
        Assert.Equal(new ProviderRoom(0, 20, TimeSpan.FromSeconds(30), -1, -1, null), room);
        Assert.Equal(TimeSpan.FromSeconds(30), room.ResetAfter);
        Assert.Equal(new ProviderRoom(7, 100, TimeSpan.FromSeconds(5), -1, -1, null), Read("RateLimit-Limit: 100;w=60", "RateLimit-Remaining: 7", "RateLimit-Reset: 5"));
    }

    [Fact]
    public void Head_without_such_fields_says_nothing()
    {
        Assert.Equal(ProviderRoom.Unknown, Read());
        Assert.Equal(ProviderRoom.Unknown, Read("x-ratelimit-policy: 5", "x-ratelimits-remaining-tokens: 5", "x-rate-limit-remaining: 1", "anthropic-organization-id: x", "ratelimit-x: 1"));
        Assert.False(ProviderRoom.Unknown.IsKnown);
        Assert.Null(ProviderRoom.Unknown.ResetAfter);
    }

    [Fact]
    public void Limits_on_other_things_are_passed_over()
    {
        Assert.Equal(ProviderRoom.Unknown, Read("x-ratelimit-remaining-images: 5", "x-ratelimit-limit-audio-seconds: 7200"));
    }

    [Theory]
    [InlineData("5", 5)]
    [InlineData("5.7", 5)]
    [InlineData("-1", -1)]
    [InlineData("", -1)]
    [InlineData("many", -1)]
    [InlineData("9000000000000000", 9000000000000000)]
    public void Number_is_read_as_far_as_it_is_one(string value, long number)
    {
        Assert.Equal(number, Read($"x-ratelimit-remaining-requests: {value}").RemainingRequests);
    }

    [Fact]
    public void Number_beyond_all_measure_stays_a_number()
    {
        Assert.InRange(Read("x-ratelimit-remaining-requests: 99999999999999999999999999").RemainingRequests, 1_000_000_000_000_000, long.MaxValue);
    }

    [Fact]
    public void More_limits_than_there_is_room_for_are_passed_over()
    {
        string[] lines = [.. Enumerable.Range(0, 20).Select(i => $"x-ratelimit-remaining-requests-{i}: {100 - i}")];
        Assert.Equal(100, Read(lines).RemainingRequests);
    }

    private static ProviderRoom Read(params string[] lines) => RateLimitRoomReader.Read(Heads.Of(200, lines), Heads.Now);
}

using FastGate.Configuration.Reading;

namespace FastGate.Tests.Configuration.Reading;

public class NearestNameTests
{
    private static readonly string[] Known = ["max_body", "max_head", "head_timeout", "body_timeout", "workers", "key", "keys"];

    [Theory]
    [InlineData("max_bdoy", "max_body")]
    [InlineData("maxBody", "max_body")]
    [InlineData("max-head", "max_head")]
    [InlineData("worker", "workers")]
    [InlineData("hed_timeout", "head_timeout")]
    [InlineData("kye", "key")]
    [InlineData("KEYS", "keys")]
    [InlineData("strategy", null)]
    [InlineData("x", null)]
    [InlineData("", null)]
    public void A_slip_of_the_hand_finds_the_name_that_was_meant(string written, string? expected) => Assert.Equal(expected, NearestName.Of(written, Known));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("abc", "abd", 1)]
    [InlineData("abcd", "abdc", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void The_distance_counts_edits(string a, string b, int expected)
    {
        Assert.Equal(expected, NearestName.Distance(a, b));
        Assert.Equal(expected, NearestName.Distance(b, a));
    }
}

using FastGate.Configuration.Reading;

namespace FastGate.Tests.Configuration.Reading;

public class DurationShapeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("250ms", 250)]
    [InlineData("2s", 2_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("0s", 0)]
    public void Durations_are_read(string text, double milliseconds)
    {
        Assert.True(DurationShape.TryParse(text, out TimeSpan value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData("1.5s")]
    [InlineData("1 s")]
    [InlineData(" 1s")]
    [InlineData("1S")]
    [InlineData("1d")]
    [InlineData("5")]
    [InlineData("1e3s")]
    [InlineData("9223372036854775807h")]
    [InlineData("99999999999999999999s")]
    public void Anything_else_is_no_duration(string text) => Assert.False(DurationShape.TryParse(text, out _));

    [Theory]
    [InlineData("0")]
    [InlineData("1ms")]
    [InlineData("1500ms")]
    [InlineData("60s")]
    [InlineData("120s")]
    [InlineData("10m")]
    [InlineData("24h")]
    public void What_is_written_is_read_back_alike(string text)
    {
        Assert.True(DurationShape.TryParse(text, out TimeSpan value));
        Assert.Equal(text, DurationShape.Write(value));
    }

    [Theory]
    [InlineData("0", "'0' is out of range; write a duration from 1ms to 24h")]
    [InlineData("25h", "'25h' is out of range; write a duration from 1ms to 24h")]
    [InlineData("5", "'5' has no unit; write for example 5s or 5ms")]
    [InlineData("soon", "'soon' is not a duration; write a whole number and ms, s, m or h, such as 250ms, 2s, 5m or 1h")]
    [InlineData("", "has no value; write a duration such as 250ms, 2s, 5m or 1h, or remove the key")]
    [InlineData("[1s]", "expects a duration such as 250ms, 2s, 5m or 1h, found a list")]
    public void The_error_says_what_to_write(string text, string expected) =>
        Assert.EndsWith($" defaults.deadline: {expected}", new ConfigText().Error(ConfigText.OneProvider + $"defaults:\n  deadline: {text}\n"));
}

using FastGate.Configuration.Reading;

namespace FastGate.Tests.Configuration.Reading;

public class SizeShapeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("64KiB", 64 << 10)]
    [InlineData("32MiB", 32 << 20)]
    [InlineData("1GiB", 1 << 30)]
    public void Sizes_are_read(string text, long bytes)
    {
        Assert.True(SizeShape.TryParse(text, out long value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("KiB")]
    [InlineData("64KB")]
    [InlineData("64kib")]
    [InlineData("64 KiB")]
    [InlineData("-1")]
    [InlineData("1.5MiB")]
    [InlineData("1_000")]
    [InlineData("9223372036854775807KiB")]
    public void Anything_else_is_no_size(string text) => Assert.False(SizeShape.TryParse(text, out _));

    [Theory]
    [InlineData(1 << 30, "1GiB")]
    [InlineData(3 << 20, "3MiB")]
    [InlineData(32 << 10, "32KiB")]
    [InlineData(1025, "1025")]
    [InlineData(0, "0")]
    public void The_largest_whole_unit_is_written(int bytes, string expected) => Assert.Equal(expected, SizeShape.Write(bytes));

    [Theory]
    [InlineData("1", "'1' is out of range; write a size from 1KiB to 1GiB")]
    [InlineData("2GiB", "'2GiB' is out of range; write a size from 1KiB to 1GiB")]
    [InlineData("8796093022208GiB", "is not a size")]
    public void The_range_is_part_of_the_error(string text, string expected) =>
        Assert.Contains(expected, new ConfigText().Error(ConfigText.OneProvider + $"server: {{ max_body: {text} }}\n"));
}

using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Model;

public sealed class KeyRotationTests
{
    [Theory]
    [InlineData("0000", 1)]
    [InlineData("0101", 1, 1)]
    [InlineData("00100010", 3, 1)]
    [InlineData("00100010", 300, 100)]
    [InlineData("012012", 7, 7, 7)]
    [InlineData("0102010", 4, 2, 1)]
    public void Turns_follow_the_weights_and_are_spread(string expected, params int[] weights)
    {
        ProviderKey[] keys = [.. weights.Select(weight => new ProviderKey("k", weight))];
        var rotation = new KeyRotation(keys);

        Assert.Equal(expected, string.Concat(expected.Select(_ => Array.IndexOf(keys, rotation.Next()))));
    }

    [Fact]
    public void Huge_weights_keep_their_proportion()
    {
        ProviderKey[] keys = [new("a", 1_000_003), new("b", 3_000_007)];
        var rotation = new KeyRotation(keys);
        int first = Enumerable.Range(0, 4000).Count(_ => ReferenceEquals(rotation.Next(), keys[0]));
        Assert.InRange(first, 990, 1010);
    }

    [Fact]
    public async Task Threads_together_take_the_weights_exactly()
    {
        ProviderKey[] keys = [new("a", 3), new("b", 1)];
        var rotation = new KeyRotation(keys);
        int[] counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            () => Enumerable.Range(0, 10_000).Count(_ => ReferenceEquals(rotation.Next(), keys[0]))))).Soon();
        Assert.Equal(30_000, counts.Sum());
    }

    [Fact]
    public void Key_never_shows_itself() => Assert.DoesNotContain("sk-secret", new ProviderKey("sk-secret", 2).ToString() + new ProviderKeySettings("sk-secret", 2), StringComparison.Ordinal);
}

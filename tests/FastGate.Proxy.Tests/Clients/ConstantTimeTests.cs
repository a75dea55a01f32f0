using FastGate.Proxy.Clients;

namespace FastGate.Proxy.Tests.Clients;

public sealed class ConstantTimeTests
{
    [Fact]
    public void Every_bit_counts()
    {
        for (int length = 0; length <= 40; length++)
        {
            byte[] secret = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 37))];
            Assert.True(ConstantTime.AreEqual([.. secret], secret));
            for (int bit = 0; bit < length * 8; bit++)
            {
                byte[] given = [.. secret];
                given[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(ConstantTime.AreEqual(given, secret), $"bit {bit} of {length} octets");
            }
        }
    }

    [Fact]
    public void Lengths_must_be_equal()
    {
        byte[] secret = [1, 2, 3, 4, 5, 6, 7, 8, 0];
        Assert.False(ConstantTime.AreEqual(secret.AsSpan(0, 8), secret));
        Assert.False(ConstantTime.AreEqual(secret, secret.AsSpan(0, 8)));
        Assert.False(ConstantTime.AreEqual([], secret));
    }
}

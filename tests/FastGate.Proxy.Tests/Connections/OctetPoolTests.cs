using FastGate.Proxy.Connections;

namespace FastGate.Proxy.Tests.Connections;

public sealed class OctetPoolTests
{
    [Fact]
    public void Array_has_room_and_at_most_a_third_of_it_is_idle()
    {
        for (int size = 1; size <= OctetPool.Largest; size += size < 2048 ? 1 : 37)
        {
            byte[] array = OctetPool.Rent(size);
            Assert.InRange(array.Length, size, Math.Max(256, size * 3 / 2));
            OctetPool.Return(array);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(257)]
    [InlineData(384)]
    [InlineData(700)]
    [InlineData(49153)]
    [InlineData(OctetPool.Largest)]
    public void Array_given_back_is_the_next_one_of_its_size(int size)
    {
        byte[] array = OctetPool.Rent(size);
        OctetPool.Return(array);
        byte[] again = OctetPool.Rent(array.Length);
        Assert.Same(array, again);
        Assert.NotSame(array, OctetPool.Rent(size));
    }

    [Fact]
    public void Larger_ones_can_be_had_too()
    {
        byte[] array = OctetPool.Rent(OctetPool.Largest + 1);
        Assert.True(array.Length > OctetPool.Largest);
        OctetPool.Return(array);
    }
}

using System.Buffers;
using FastGate.Proxy.Connections;

namespace FastGate.Proxy.Tests.Connections;

public sealed class BodyBufferTests
{
    [Theory]
    [InlineData(20261121)]
    [InlineData(3)]
    public void Buffer_holds_what_was_appended(int seed)
    {
        var random = new Random(seed);
        var buffer = new BodyBuffer();
        for (int round = 0; round < 20; round++)
        {
            var oracle = new MemoryStream();
            for (int i = 0; i < 50; i++)
            {
                byte[] piece = new byte[random.Next(4) == 0 ? random.Next(100_000) : random.Next(300)];
                random.NextBytes(piece);
                if (i % 2 == 0)
                {
                    buffer.Append(piece);
                }
                else
                {
                    buffer.Append(new ReadOnlySequence<byte>(piece));
                }

                oracle.Write(piece);
                Assert.Equal(oracle.Length, buffer.Length);
            }

            Assert.True(oracle.ToArray().AsSpan().SequenceEqual(buffer.Octets.ToArray()), $"seed {seed}, round {round}");
            buffer.Clear();
            Assert.Equal(0, buffer.Length);
            Assert.True(buffer.Octets.IsEmpty);
        }
    }

    [Fact]
    public void Two_buffers_do_not_share_their_segments()
    {
        var one = new BodyBuffer();
        var two = new BodyBuffer();
        one.Append(new byte[10_000]);
        one.Clear();
        one.Append("one"u8);
        two.Append("two"u8);
        one.Append("one"u8);
        Assert.Equal("oneone"u8.ToArray(), one.Octets.ToArray());
        Assert.Equal("two"u8.ToArray(), two.Octets.ToArray());
        one.Clear();
        two.Clear();
    }

    [Fact]
    public void Steady_use_allocates_nothing()
    {
        var buffer = new BodyBuffer();
        byte[] piece = new byte[5000];
        Use();
        Use();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Use();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Use()
        {
            for (int i = 0; i < 5; i++)
            {
                buffer.Append(piece);
            }

            buffer.Clear();
        }
    }
}

using FastGate.Transport.Memory;

namespace FastGate.Transport.Tests.Memory;

public sealed class BlockPoolTests
{
    [Theory]
    [InlineData(0, BlockPool.SmallSize)]
    [InlineData(BlockPool.SmallSize, BlockPool.SmallSize)]
    [InlineData(BlockPool.SmallSize + 1, BlockPool.LargeSize)]
    [InlineData(BlockPool.LargeSize + 1, BlockPool.LargeSize + 1)]
    public void Block_has_the_smallest_size_that_fits(int wanted, int size)
    {
        Block block = BlockPool.Rent(wanted);
        Assert.Equal(size, block.Size);
        BlockPool.Return(block);
    }

    [Fact]
    public void Block_given_back_is_taken_first_and_empty()
    {
        Block block = BlockPool.Rent(1);
        block.Filled = 100;
        Block next = BlockPool.Rent(1);
        block.LinkForReading(next);
        BlockPool.Return(next);
        BlockPool.Return(block);
        Block again = BlockPool.Rent(1);
        Assert.Same(block, again);
        Assert.Equal(0, again.Filled);
        Assert.Equal(BlockPool.SmallSize, again.Memory.Length);
        Assert.Null(again.Following);
        BlockPool.Return(again);
    }

    [Fact]
    public async Task Blocks_given_back_on_another_thread_come_back_through_the_store()
    {
        const int Count = 2000;
        var taken = new HashSet<Block>(ReferenceEqualityComparer.Instance);
        await Task.Factory.StartNew(() => Move(taken), TaskCreationOptions.LongRunning);
        int met = await Task.Factory.StartNew(() => Enumerable.Range(0, Count).Count(_ => taken.Contains(BlockPool.Rent(1))), TaskCreationOptions.LongRunning);
        Assert.True(met > Count / 2, $"{met} of {Count}");

        static void Move(HashSet<Block> taken)
        {
            for (int i = 0; i < Count; i++)
            {
                taken.Add(BlockPool.Rent(1));
            }

            foreach (Block block in taken)
            {
                BlockPool.Return(block);
            }
        }
    }
}

using FastGate.Protocol.Pooling;

namespace FastGate.Protocol.Tests.Pooling;

public class StackPoolTests
{
    [Fact]
    public void Object_given_back_last_is_taken_first()
    {
        var pool = new StackPool<object>(4, 8);
        LocalStack<object>? local = null;
        object older = new();
        object newer = new();
        Assert.Null(pool.TryRent(ref local));
        pool.Return(ref local, older);
        pool.Return(ref local, newer);
        Assert.Same(newer, pool.TryRent(ref local));
        Assert.Same(older, pool.TryRent(ref local));
        Assert.Null(pool.TryRent(ref local));
    }

    [Fact]
    public void What_one_thread_cannot_keep_another_finds()
    {
        var pool = new StackPool<object>(4, 100);
        LocalStack<object>? one = null;
        LocalStack<object>? other = null;
        var given = new HashSet<object>();
        for (int i = 0; i < 20; i++)
        {
            object item = new();
            given.Add(item);
            pool.Return(ref one, item);
        }

        var found = new HashSet<object>();
        while (pool.TryRent(ref other) is { } item)
        {
            Assert.Contains(item, given);
            Assert.True(found.Add(item), "An object was handed out twice.");
        }

        // What the first thread keeps to itself.
        Assert.InRange(found.Count, 16, 19);
        while (pool.TryRent(ref one) is { } item)
        {
            Assert.True(found.Add(item), "An object was handed out twice.");
        }

        Assert.Equal(20, found.Count);
    }

    [Fact]
    public void No_more_is_kept_than_was_asked_for()
    {
        var pool = new StackPool<object>(4, 6);
        LocalStack<object>? local = null;
        for (int i = 0; i < 100; i++)
        {
            pool.Return(ref local, new object());
        }

        int found = 0;
        while (pool.TryRent(ref local) is not null)
        {
            found++;
        }

        Assert.InRange(found, 6, 10);
    }
}

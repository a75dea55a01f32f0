using FastGate.Protocol.Async;

namespace FastGate.Protocol.Tests.Async;

public class BoxStackTests
{
    [Fact]
    public void Box_given_back_last_is_taken_first()
    {
        var stack = new BoxStack(new BoxStore());
        object older = new();
        object newer = new();
        stack.Push(older);
        stack.Push(newer);
        Assert.Same(newer, stack.TryPop());
        Assert.Same(older, stack.TryPop());
        Assert.Null(stack.TryPop());
    }

    [Fact]
    public void Boxes_given_back_on_one_thread_are_found_on_another()
    {
        const int Boxes = 1000;
        var store = new BoxStore();
        OnThread(() =>
        {
            var stack = new BoxStack(store);
            for (int i = 0; i < Boxes; i++)
            {
                stack.Push(new object());
            }
        });

        var found = new HashSet<object>();
        OnThread(() =>
        {
            var stack = new BoxStack(store);
            while (stack.TryPop() is { } box)
            {
                Assert.True(found.Add(box), "A box was handed out twice.");
            }
        });

        // What the first thread kept to itself went with it.
        Assert.InRange(found.Count, Boxes - BoxStack.MaxLocal, Boxes);
        Assert.Equal(0, store.Count);
    }

    [Fact]
    public void Number_of_boxes_kept_is_bounded()
    {
        var store = new BoxStore();
        var stack = new BoxStack(store);
        for (int i = 0; i < 2 * BoxStore.MaxShared; i++)
        {
            stack.Push(new object());
        }

        Assert.Equal(BoxStore.MaxShared, store.Count);
        int found = 0;
        while (stack.TryPop() is not null)
        {
            found++;
        }

        Assert.InRange(found, BoxStore.MaxShared, BoxStore.MaxShared + BoxStack.MaxLocal);
    }

    [Fact]
    public void Threads_that_take_and_give_at_once_never_share_a_box()
    {
        const int Rounds = 2000;
        var store = new BoxStore();
        Parallel.For(0, 4, worker =>
        {
            var stack = new BoxStack(store);
            var held = new Box[300];
            for (int round = 0; round < Rounds; round++)
            {
                for (int i = 0; i < held.Length; i++)
                {
                    held[i] = (Box?)stack.TryPop() ?? new Box();
                    Assert.Equal(1, Interlocked.Increment(ref held[i].Holders));
                }

                foreach (Box box in held)
                {
                    Interlocked.Decrement(ref box.Holders);
                    stack.Push(box);
                }
            }
        });
    }

    private static void OnThread(Action work)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private sealed class Box
    {
        public int Holders;
    }
}

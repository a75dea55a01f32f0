using FastGate.Protocol.Async;

namespace FastGate.Protocol.Tests.Async;

public class BoxPoolTests
{
    [Fact]
    public void Box_given_back_last_is_taken_first()
    {
        var older = new First();
        var newer = new First();
        BoxPool<First>.Return(older);
        BoxPool<First>.Return(newer);
        Assert.Same(newer, BoxPool<First>.TryRent());
        Assert.Same(older, BoxPool<First>.TryRent());
        Assert.Null(BoxPool<First>.TryRent());
    }

    [Fact]
    public void Boxes_given_back_on_one_thread_are_found_on_another()
    {
        const int Boxes = 1000;
        OnThread(() =>
        {
            for (int i = 0; i < Boxes; i++)
            {
                BoxPool<Second>.Return(new Second());
            }
        });

        var found = new HashSet<Second>();
        OnThread(() =>
        {
            while (BoxPool<Second>.TryRent() is { } box)
            {
                Assert.True(found.Add(box), "A box was handed out twice.");
            }
        });

        // What the first thread kept to itself went with it.
        Assert.InRange(found.Count, Boxes - BoxPool<Second>.MaxLocal, Boxes);
    }

    [Fact]
    public void Pool_is_bounded()
    {
        int found = 0;
        OnThread(() =>
        {
            for (int i = 0; i < 2 * BoxPool<Third>.MaxShared; i++)
            {
                BoxPool<Third>.Return(new Third());
            }

            Assert.Equal(BoxPool<Third>.MaxShared, BoxPool<Third>.SharedCount);
            while (BoxPool<Third>.TryRent() is not null)
            {
                found++;
            }
        });

        Assert.InRange(found, BoxPool<Third>.MaxShared, BoxPool<Third>.MaxShared + BoxPool<Third>.MaxLocal);
    }

    [Fact]
    public void Threads_that_take_and_give_at_once_never_share_a_box()
    {
        const int Rounds = 2000;
        Parallel.For(0, 4, worker =>
        {
            var held = new Fourth[300];
            for (int round = 0; round < Rounds; round++)
            {
                for (int i = 0; i < held.Length; i++)
                {
                    held[i] = BoxPool<Fourth>.TryRent() ?? new Fourth();
                    Assert.Equal(1, Interlocked.Increment(ref held[i].Holders));
                }

                foreach (Fourth box in held)
                {
                    Interlocked.Decrement(ref box.Holders);
                    BoxPool<Fourth>.Return(box);
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

    // One kind of box for each test, as the pools are static.
    private sealed class First;

    private sealed class Second;

    private sealed class Third;

    private sealed class Fourth
    {
        public int Holders;
    }
}

using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;

namespace FastGate.Protocol.Tests.Async;

public class PooledTaskBuilderTests
{
    private static readonly AsyncLocal<string?> Ambient = new();

    [Fact]
    public void Method_that_does_not_suspend_is_complete_at_once_and_allocates_nothing()
    {
        ValueTask<int> task = Double(new ValueTask<int>(4));
        Assert.True(task.IsCompletedSuccessfully);
        Assert.Equal(8, Take(task));
        Assert.True(Forward(new ValueTask<int>(4)).IsCompletedSuccessfully);

        int sum = Take(DoublingMachine.RunReady(0));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            sum += Take(DoublingMachine.RunReady(i));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(999_000, sum);
    }

    [Fact]
    public void Suspended_method_continues_whoever_awaits_it_inline()
    {
        var source = new ManualSource();
        ValueTask<int> task = Double(source.Wait());
        Assert.False(task.IsCompleted);

        int continuedOn = 0;
        ContinueWith(task, () => continuedOn = Environment.CurrentManagedThreadId);
        source.Complete(21);

        Assert.Equal(Environment.CurrentManagedThreadId, continuedOn);
        Assert.Equal(42, Take(task));
    }

    [Fact]
    public void Whoever_awaits_what_another_thread_has_just_completed_goes_on_without_a_change_of_thread()
    {
        var source = new ManualSource();
        ValueTask<int> task = Double(source.Wait());
        source.Complete(21);

        int continuedOn = 0;
        ContinueWith(task, () => continuedOn = Environment.CurrentManagedThreadId);

        Assert.Equal(Environment.CurrentManagedThreadId, continuedOn);
        Assert.Equal(42, Take(task));
    }

    [Fact]
    public void Result_can_be_taken_once_only()
    {
        var source = new ManualSource();
        ValueTask<int> task = Double(source.Wait());
        source.Complete(1);

        Assert.Equal(2, Take(task));
        Assert.Throws<InvalidOperationException>(() => Take(task));
    }

    [Fact]
    public void Result_taken_too_early_is_refused_and_does_no_harm()
    {
        var source = new ManualSource();
        ValueTask<int> task = Double(source.Wait());

        Assert.Throws<InvalidOperationException>(() => Take(task));
        source.Complete(1);
        Assert.Equal(2, Take(task));
    }

    [Fact]
    public void Exception_before_the_first_suspension_reaches_whoever_awaits()
    {
        ValueTask<int> task = Double(ValueTask.FromException<int>(new FormatException("early")));
        Assert.True(task.IsFaulted);
        Assert.Equal("early", Assert.Throws<FormatException>(() => Take(task)).Message);

        ValueTask plain = Forward(ValueTask.FromException<int>(new FormatException("early")));
        Assert.True(plain.IsFaulted);
        Assert.Throws<FormatException>(() => Take(plain));
    }

    [Fact]
    public void Exception_after_a_suspension_reaches_whoever_awaits()
    {
        var source = new ManualSource();
        ValueTask<int> task = Double(source.Wait());
        source.Fail(new FormatException("late"));
        Assert.True(task.IsFaulted);
        Assert.Equal("late", Assert.Throws<FormatException>(() => Take(task)).Message);

        // The box served a failure and serves again.
        task = Double(source.Wait());
        source.Complete(3);
        Assert.Equal(6, Take(task));
    }

    [Fact]
    public void Cancellation_makes_a_canceled_task()
    {
        ValueTask<int> early = Double(ValueTask.FromException<int>(new OperationCanceledException()));
        Assert.True(early.IsCanceled);
        Assert.Throws<OperationCanceledException>(() => Take(early));

        var source = new ManualSource();
        ValueTask<int> late = Double(source.Wait());
        source.Fail(new OperationCanceledException());
        Assert.True(late.IsCanceled);
        Assert.Throws<OperationCanceledException>(() => Take(late));
    }

    [Fact]
    public async Task Method_may_suspend_many_times_and_on_any_awaitable()
    {
        int sum = 0;
        for (int i = 0; i < 50; i++)
        {
            sum += await Wander(i);
        }

        Assert.Equal(Enumerable.Range(0, 50).Sum(i => 4 * i), sum);
    }

    [Fact]
    public void Ambient_values_do_not_flow_past_a_suspension()
    {
        var source = new ManualSource();
        Ambient.Value = "caller";
        ValueTask<string?> task = ReadAmbient(source);
        Ambient.Value = "completer";
        source.Complete(0);
        Assert.Equal("completer", Take(task));
        Ambient.Value = null;
    }

    [Fact]
    public void Finished_box_holds_on_to_nothing()
    {
        var source = new ManualSource();
        WeakReference held = RunHolding(source);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(held.IsAlive);
    }

    [Fact]
    public void Ten_thousand_suspended_operations_allocate_nothing_in_steady_state()
    {
        const int Operations = 10_000;
        var sources = new ManualSource[Operations];
        for (int i = 0; i < Operations; i++)
        {
            sources[i] = new ManualSource();
        }

        var tasks = new ValueTask<int>[Operations];
        long allocated = -1;

        // A thread of its own: no synchronization context to be captured, and nobody else's boxes.
        var thread = new Thread(() =>
        {
            Round(sources, tasks);
            Round(sources, tasks);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int round = 0; round < 5; round++)
            {
                Round(sources, tasks);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        thread.Start();
        thread.Join();

        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task Operations_completed_on_other_threads_get_each_its_own_result()
    {
        const int Rounds = 200;
        const int Operations = 200;
        for (int round = 0; round < Rounds; round++)
        {
            var sources = new ManualSource[Operations];
            var waiting = new Task<int>[Operations];
            for (int i = 0; i < Operations; i++)
            {
                sources[i] = new ManualSource();
                waiting[i] = Double(sources[i].Wait()).AsTask();
            }

            Parallel.For(0, Operations, i => sources[i].Complete(i));
            int[] results = await Task.WhenAll(waiting);
            Assert.Equal(Enumerable.Range(0, Operations).Select(i => 2 * i), results);
        }
    }

    // No synchronization context captured: the test runner has one.
    private static void ContinueWith(ValueTask<int> task, Action continuation) => task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(continuation);

    private static int Take(ValueTask<int> task) => task.GetAwaiter().GetResult();

    private static string? Take(ValueTask<string?> task) => task.GetAwaiter().GetResult();

    private static void Take(ValueTask task) => task.GetAwaiter().GetResult();

    private static void Round(ManualSource[] sources, ValueTask<int>[] tasks)
    {
        for (int i = 0; i < sources.Length; i++)
        {
            tasks[i] = DoublingMachine.Run(sources[i]);
        }

        for (int i = 0; i < sources.Length; i++)
        {
            sources[i].Complete(i);
            if (Take(tasks[i]) != 2 * i)
            {
                throw new InvalidOperationException("Wrong result.");
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RunHolding(ManualSource source)
    {
        object held = new byte[100];
        ValueTask<int> task = Hold(source, held);
        source.Complete(1);
        Take(task);
        return new WeakReference(held);
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private static async ValueTask<int> Double(ValueTask<int> wait) => 2 * await wait.ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(PooledTaskBuilder))]
    private static async ValueTask Forward(ValueTask<int> wait) => await wait.ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private static async ValueTask<int> Hold(ManualSource source, object held)
    {
        int value = await source.Wait().ConfigureAwait(false);
        GC.KeepAlive(held);
        return value;
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private static async ValueTask<string?> ReadAmbient(ManualSource source)
    {
        await source.Wait().ConfigureAwait(false);
        return Ambient.Value;
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private static async ValueTask<int> Wander(int value)
    {
        int sum = value;
        await Task.Yield();
        sum += value;
        sum += await Task.Run(() => value);
        await Task.CompletedTask;
        return sum + await Double(new ValueTask<int>(Task.Run(() => value))) - value;
    }
}

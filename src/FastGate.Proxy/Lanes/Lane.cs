using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Model;
using FastGate.Proxy.Streams;
using FastGate.Proxy.Time;
using FastGate.Routing.Planning;

namespace FastGate.Proxy.Lanes;

/// <summary>
/// The way of one attempt up to the point where the client could get something of it: sends the request, reads the head, and holds the
/// answer (<see cref="HeldAnswer"/>, <see cref="UpstreamStream"/>) or reads the refusal. It touches nothing but its own connection, and
/// the request's octets to read them; so a client's connection can have several under way. Used again for every attempt.
/// </summary>
/// <remarks>
/// Either <see cref="OpenAsync"/> is awaited and then <see cref="TryHold"/>, or <see cref="Start"/> begins both and posts to the arrivals when they are over; then
/// <see cref="Finish"/> before anything else is looked at. <see cref="Close"/> in any case, when nothing of it is needed any more.
/// </remarks>
internal sealed class Lane
{
    private const int Running = 0;
    private const int Ended = 1;
    private const int Abandoned = 2;

    private readonly Arrivals _arrivals;
    private readonly Action _onDone;
    private HeldAnswer? _answer;
    private BodyBuffer? _refusal;
    private ValueTask _running;
    private int _phase;
    private volatile bool _hasHead;

    /// <summary>Makes a lane of a client's connection.</summary>
    /// <param name="number">Its bit in the arrivals.</param>
    /// <param name="wheel">What its deadlines are filed in.</param>
    /// <param name="connection">The client's connection.</param>
    /// <param name="metrics">Where events of streams are counted.</param>
    /// <param name="arrivals">What is told of the end of an attempt.</param>
    internal Lane(int number, TimerWheel wheel, ConnectionSignal connection, ProxyMetrics metrics, Arrivals arrivals)
    {
        Number = number;
        Attempt = new UpstreamAttempt(new AttemptSignal(wheel, connection));
        Stream = new UpstreamStream(Attempt, metrics);
        _arrivals = arrivals;
        _onDone = () => _arrivals.Post(Number);
        connection.Attach(Attempt.Signal);
    }

    internal int Number { get; }

    internal UpstreamAttempt Attempt { get; }

    /// <summary>What ends the attempt's waits.</summary>
    internal AttemptSignal Signal => Attempt.Signal;

    /// <summary>The answer, where it is a stream.</summary>
    internal UpstreamStream Stream { get; }

    /// <summary>The answer, where it is none.</summary>
    internal HeldAnswer Answer => _answer ??= new HeldAnswer(Attempt);

    /// <summary>The body of an answer that is an error, as far as it came.</summary>
    internal BodyBuffer Refusal => _refusal ??= new BodyBuffer();

    /// <summary>Where that body ended; null where it was cut.</summary>
    internal SequencePosition? RefusalEnd { get; private set; }

    /// <summary>Whose attempt it is. Set by whoever begins it.</summary>
    internal UpstreamTarget? Target { get; set; }

    /// <summary>The decision that led to the attempt.</summary>
    internal Decision Decision { get; set; }

    /// <summary>When the attempt began, in ticks of the routing clock.</summary>
    internal long StartTicks { get; set; }

    /// <summary>How the attempt failed.</summary>
    internal AttemptFault Fault { get; private set; }

    /// <summary>Whether the head of a whole answer has come. From any thread.</summary>
    internal bool HasHead => _hasHead;

    /// <summary>Whether the provider answered with an error.</summary>
    internal bool IsRefused { get; private set; }

    /// <summary>Whether the answer is a stream.</summary>
    internal bool IsStream { get; private set; }

    /// <summary>Whether the provider's content filter left nothing of the answer.</summary>
    internal bool IsFiltered => Fault == AttemptFault.None && !IsRefused && (IsStream ? Stream.Progress.IsFiltered : Answer.IsFiltered);

    /// <summary>Whether the answer, a whole one, reports an error although its status is that of a success.</summary>
    internal bool ReportsError => Fault == AttemptFault.None && !IsRefused && !IsStream && Answer.IsError;

    /// <summary>Whether the client can be given the answer.</summary>
    internal bool HasAnswer => Fault == AttemptFault.None && !IsRefused && !ReportsError;

    /// <summary>Whether <see cref="Start"/> began an attempt that <see cref="Finish"/> has not seen the end of.</summary>
    internal bool IsUnderWay { get; private set; }

    /// <summary>Sends the request (<see cref="UpstreamAttempt.Request"/>) and reads the answer's head. What came of it goes to <see cref="TryHold"/>.</summary>
    internal ValueTask<AttemptFault> OpenAsync()
    {
        IsRefused = false;
        IsStream = false;
        _hasHead = false;
        return Attempt.OpenAsync();
    }

    /// <summary>
    /// Holds the answer. Everything but the outcome is closed when the attempt has failed. False: the rest of it is <paramref name="holding"/>.
    /// </summary>
    internal bool TryHold(AttemptFault opened, long startTick, out ValueTask holding)
    {
        holding = default;
        Fault = opened;
        if (opened != AttemptFault.None)
        {
            return true;
        }

        // Nearly always: the whole answer came with its head.
        ResponseHead head = Attempt.Head;
        ref readonly UpstreamRequest request = ref Attempt.Request;
        ValueTask<AttemptFault> held;
        if (head.Status >= 400)
        {
            held = ReadRefusalAsync(request.Provider.Timeouts.Stall);
        }
        else if (head.Status == 200 && MediaTypes.IsEventStream(head))
        {
            IsStream = true;
            Stream.Begin(request.Endpoint.Stream, request.Provider.Timeouts);
            held = Stream.HoldAsync();
        }
        else
        {
            _hasHead = true;
            held = Answer.HoldAsync(request.Endpoint, request.Provider.Timeouts, startTick);
        }

        if (!held.IsCompletedSuccessfully)
        {
            holding = EndAsync(held);
            return false;
        }

        End(held.Result);
        return true;
    }

    /// <summary>Begins the attempt beside others.</summary>
    internal void Start(long startTick)
    {
        IsUnderWay = true;
        _phase = Running;
        _running = RunAsync(startTick);
        ValueTaskAwaiter running = _running.GetAwaiter();
        if (running.IsCompleted)
        {
            _onDone();
        }
        else
        {
            running.UnsafeOnCompleted(_onDone);
        }
    }

    /// <summary>The attempt is not wanted any more: its connection is closed at once, by this call or by the attempt itself.</summary>
    internal void Abandon()
    {
        if (Interlocked.Exchange(ref _phase, Abandoned) == Ended)
        {
            Close();
        }
        else
        {
            Signal.Abandon();
        }
    }

    /// <summary>Takes the end of a started attempt, once it has arrived.</summary>
    internal void Finish()
    {
        IsUnderWay = false;
        _running.GetAwaiter().GetResult();
    }

    /// <summary>Closes the connection, if it is still used, and lets go of everything held. May be called more than once.</summary>
    internal void Close()
    {
        Attempt.Cancel();
        Stream.End();
        _answer?.Clear();
        _refusal?.Clear();
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder))]
    private async ValueTask RunAsync(long startTick)
    {
        if (!TryHold(await OpenAsync().ConfigureAwait(false), startTick, out ValueTask holding))
        {
            await holding.ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<AttemptFault> ReadRefusalAsync(TimeSpan silence)
    {
        IsRefused = true;
        RefusalEnd = await WholeBody.ReadAsync(Attempt, Refusal, silence).ConfigureAwait(false);
        return Signal.Unwanted ? AttemptFault.ClientGone : AttemptFault.None;
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder))]
    private async ValueTask EndAsync(ValueTask<AttemptFault> held) => End(await held.ConfigureAwait(false));

    private void End(AttemptFault fault)
    {
        Fault = fault;
        if (fault != AttemptFault.None || (IsUnderWay && Interlocked.CompareExchange(ref _phase, Ended, Running) == Abandoned))
        {
            // At once: what failed, or is not wanted any more, need not cost the provider another token.
            Close();
        }
    }
}

using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.Behaviours;

/// <summary>Turns a model's name and the request's parameters into a plan; remembers which <c>-once</c> models have had their failure.</summary>
internal sealed class Planner
{
    private static readonly TimeSpan SlowLatency = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SlowInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SlowFirstToken = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SlowHeadByte = TimeSpan.FromMilliseconds(100);

    private static readonly StreamEnd[] DrawnEnds = [StreamEnd.Close, StreamEnd.Reset, StreamEnd.Clean];

    private readonly MockOptions _options;
    private readonly Behaviour[] _faults;
    private readonly HashSet<string> _models;
    private readonly Lock _lock = new();
    private readonly HashSet<Behaviour> _failedOnce = [];
    private StableRandom _random;
    private long _epoch;

    internal Planner(MockOptions options)
    {
        _options = options;
        _faults = [.. options.Faults.Select(BehaviourNames.Fault)];
        if (options.FaultRate > 0 && _faults.Length == 0)
        {
            throw new ArgumentException("a fault rate needs faults to draw from");
        }

        _models = [.. options.Models];
        Reset();
    }

    /// <summary>The configured models, then the behaviours.</summary>
    internal IEnumerable<string> Models => _options.Models.Concat(BehaviourNames.All.Keys.Where(name => !_models.Contains(name)));

    internal bool Knows(string model) => _models.Contains(model) || BehaviourNames.All.ContainsKey(model);

    internal void Reset()
    {
        lock (_lock)
        {
            _failedOnce.Clear();
            _random = new StableRandom(_options.Seed);
            _epoch = _options.TimeProvider.GetTimestamp();
        }
    }

    internal Plan Decide(string model, MockParameters parameters)
    {
        Behaviour behaviour = BehaviourNames.All.GetValueOrDefault(model, Behaviour.Ok);
        Drawn? drawn = null;
        lock (_lock)
        {
            if (behaviour is Behaviour.Ok or Behaviour.OkSlow && _options.FaultRate > 0 && _random.Unit() < _options.FaultRate)
            {
                behaviour = _faults[_random.Below(_faults.Length)];
                drawn = new Drawn(_random.Unit(), DrawnEnds[_random.Below(DrawnEnds.Length)], _random.Below(16));
            }

            behaviour = behaviour switch
            {
                Behaviour.Error500Once => _failedOnce.Add(behaviour) ? Behaviour.Error500 : Behaviour.Ok,
                Behaviour.RateLimitOnce => _failedOnce.Add(behaviour) ? Behaviour.RateLimit : Behaviour.Ok,
                Behaviour.ResetOnce => _failedOnce.Add(behaviour) ? Behaviour.Reset : Behaviour.Ok,
                Behaviour.Flap => IsDown() ? parameters.Down ?? Behaviour.Error503 : Behaviour.Ok,
                _ => behaviour,
            };
        }

        Outcome outcome = OutcomeOf(behaviour);
        if (outcome == Outcome.Answer && ContinuationOf(model, parameters) == Continuation.Refuse)
        {
            outcome = Outcome.AnswerWithoutPrefill;
        }

        Pace pace = PaceOf(behaviour, parameters);
        return new Plan(outcome, drawn is { } accident ? accident.Apply(pace) : pace, parameters);
    }

    /// <summary>What becomes of an answer already begun: as the request says, else the model's name, else the configuration.</summary>
    internal Continuation ContinuationOf(string model, MockParameters parameters) => parameters.Continue ?? BehaviourNames.All.GetValueOrDefault(model, Behaviour.Ok) switch
    {
        Behaviour.ContinueWord => Continuation.Word,
        Behaviour.ContinueAll => Continuation.All,
        Behaviour.ContinueOther => Continuation.Other,
        _ => _options.Continue,
    };

    private bool IsDown()
    {
        TimeSpan since = _options.TimeProvider.GetElapsedTime(_epoch);
        return since.Ticks / Math.Max(1, _options.FlapPeriod.Ticks) % 2 == 0;
    }

    private static Outcome OutcomeOf(Behaviour behaviour) => behaviour switch
    {
        Behaviour.Error500 => Outcome.ServerError,
        Behaviour.Error503 => Outcome.Unavailable,
        Behaviour.RateLimit => Outcome.RateLimited,
        Behaviour.Reset => Outcome.Reset,
        Behaviour.Silent => Outcome.Silent,
        Behaviour.ContextLength => Outcome.ContextLength,
        Behaviour.ContentPolicy => Outcome.ContentPolicy,
        Behaviour.BadKey => Outcome.BadKey,
        Behaviour.NoPrefill => Outcome.AnswerWithoutPrefill,
        _ => Outcome.Answer,
    };

    private Pace PaceOf(Behaviour behaviour, MockParameters parameters)
    {
        bool healthy = behaviour is Behaviour.Ok or Behaviour.OkSlow;
        TimeSpan latency = healthy ? _options.Latency : TimeSpan.Zero;
        TimeSpan interval = _options.TokenInterval;
        if (behaviour == Behaviour.OkSlow)
        {
            latency = latency > TimeSpan.Zero ? latency : SlowLatency;
            interval = interval > TimeSpan.Zero ? interval : SlowInterval;
        }

        var pace = new Pace
        {
            BeforeHead = parameters.Delay ?? latency,
            BetweenTokens = parameters.TokenInterval ?? interval,
            BeforeFirstEvent = parameters.FirstToken ?? TimeSpan.Zero,
            BetweenHeadBytes = parameters.HeadInterval ?? TimeSpan.Zero,
            BetweenPings = parameters.Ping ?? TimeSpan.FromSeconds(1),
            Slice = parameters.Slice ?? (behaviour == Behaviour.Sliced ? 1 : _options.Slice),
        };
        return behaviour switch
        {
            Behaviour.SlowHead => pace with { BetweenHeadBytes = parameters.HeadInterval ?? SlowHeadByte },
            Behaviour.SlowFirstToken => pace with { BeforeFirstEvent = parameters.FirstToken ?? SlowFirstToken },
            Behaviour.CutStream => pace with { Incident = Incident.Cut, IncidentAfter = parameters.CutAfter, IncidentAfterBytes = parameters.CutBytes, End = parameters.End ?? StreamEnd.Close },
            Behaviour.StallStream => pace with { Incident = Incident.Stall, IncidentAfter = parameters.StallAfter, IncidentAfterBytes = parameters.StallBytes },
            Behaviour.MalformedEvent => pace with { Incident = Incident.Malformed, IncidentAfter = parameters.MalformedAt },
            Behaviour.NoDone => pace with { OmitDone = true, End = parameters.End ?? StreamEnd.Clean },
            _ => pace,
        };
    }

    /// <summary>The details of a fault that was drawn and not asked for: where in the answer, how it ends, how an event is broken.</summary>
    private readonly record struct Drawn(double Share, StreamEnd End, int Form)
    {
        internal Pace Apply(Pace pace) => pace.Incident == Incident.None ? pace : pace with
        {
            IncidentShare = Share,
            IncidentInsideEvents = Form % 2 == 1,
            End = pace.Incident == Incident.Cut ? End : pace.End,
            BrokenForm = Form,
        };
    }
}

using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.Behaviours;

/// <summary>Turns a model's name and the request's parameters into a plan; remembers which <c>-once</c> models have had their failure.</summary>
internal sealed class Planner
{
    private static readonly TimeSpan SlowLatency = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SlowInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SlowFirstToken = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SlowHeadByte = TimeSpan.FromMilliseconds(100);

    // What a fault of the configured rate is, drawn evenly.
    private static readonly Behaviour[] Faults = [Behaviour.Error500, Behaviour.Error503, Behaviour.RateLimit, Behaviour.Reset, Behaviour.CutStream];

    private readonly MockOptions _options;
    private readonly HashSet<string> _models;
    private readonly Lock _lock = new();
    private readonly HashSet<Behaviour> _failedOnce = [];
    private StableRandom _random;
    private long _epoch;

    internal Planner(MockOptions options)
    {
        _options = options;
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
        lock (_lock)
        {
            behaviour = behaviour switch
            {
                Behaviour.Ok or Behaviour.OkSlow when _options.FaultRate > 0 && _random.Unit() < _options.FaultRate => Faults[_random.Below(Faults.Length)],
                Behaviour.Error500Once => _failedOnce.Add(behaviour) ? Behaviour.Error500 : Behaviour.Ok,
                Behaviour.RateLimitOnce => _failedOnce.Add(behaviour) ? Behaviour.RateLimit : Behaviour.Ok,
                Behaviour.ResetOnce => _failedOnce.Add(behaviour) ? Behaviour.Reset : Behaviour.Ok,
                Behaviour.Flap => IsDown() ? parameters.Down ?? Behaviour.Error503 : Behaviour.Ok,
                _ => behaviour,
            };
        }

        return new Plan(OutcomeOf(behaviour), PaceOf(behaviour, parameters), parameters);
    }

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
        };
        return behaviour switch
        {
            Behaviour.SlowHead => pace with { BetweenHeadBytes = parameters.HeadInterval ?? SlowHeadByte },
            Behaviour.SlowFirstToken => pace with { BeforeFirstEvent = parameters.FirstToken ?? SlowFirstToken },
            Behaviour.CutStream => pace with { Incident = Incident.Cut, IncidentAfter = parameters.CutAfter, End = parameters.End ?? StreamEnd.Close },
            Behaviour.StallStream => pace with { Incident = Incident.Stall, IncidentAfter = parameters.StallAfter },
            Behaviour.MalformedEvent => pace with { Incident = Incident.Malformed, IncidentAfter = parameters.MalformedAt },
            Behaviour.NoDone => pace with { OmitDone = true, End = parameters.End ?? StreamEnd.Clean },
            _ => pace,
        };
    }
}

namespace FastGate.Routing.Health;

/// <summary>What a target's state means for one request.</summary>
internal enum Availability : byte
{
    /// <summary>May be used.</summary>
    Ready,

    /// <summary>May be used as a trial, once it is taken: one at a time.</summary>
    Trial,

    /// <summary>Recovering past its trials: may be used by way of its share.</summary>
    Ramp,

    /// <summary>Works, but this request falls outside its share: only when nothing better is left.</summary>
    Shifted,

    /// <summary>A trial is under way.</summary>
    Busy,

    /// <summary>Out of rotation.</summary>
    Out,
}

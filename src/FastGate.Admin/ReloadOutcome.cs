using System.Collections.Immutable;

namespace FastGate.Admin;

/// <summary>How loading the configuration again went.</summary>
/// <param name="Errors">Why the old one stays in force; empty when the new one does.</param>
/// <param name="Notes">What of the new one needs a restart to take effect.</param>
public sealed record ReloadOutcome(ImmutableArray<string> Errors, ImmutableArray<string> Notes);

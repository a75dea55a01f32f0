namespace FastGate.Routing.Planning;

/// <summary>Which leaves of a plan a request may go to, and which not for a reason that the client can be told.</summary>
/// <param name="Leaves">Those it may go to.</param>
/// <param name="TooLarge">Left out only because the input is too large for them.</param>
/// <param name="Unable">Left out because they do not offer what the request needs.</param>
internal readonly record struct Eligibility(ulong Leaves, ulong TooLarge, ulong Unable);

using FastGate.MockProvider.Behaviours;
using FastGate.MockProvider.Calls;
using FastGate.MockProvider.Http;

namespace FastGate.MockProvider.Delivery;

/// <summary>One provider's API: its paths, its answers, its errors. A dialect is one folder and one line in <see cref="MockServer"/>.</summary>
internal interface IDialect
{
    /// <summary>Whether requests to that path are this dialect's, known or not.</summary>
    bool Owns(MockRequest request);

    /// <summary>
    /// Judges a request as the provider would and answers it; never throws for what a client sent. Tells <paramref name="call"/> the model.
    /// </summary>
    Reply Handle(MockRequest request, CallEntry call);

    /// <summary>The provider's own form of an error that HTTP itself raised (411, 413).</summary>
    WholeAnswer HttpError(int status, string message);
}

/// <summary>What is to be done: an answer to send at a pace, or nothing and an outcome such as <see cref="Outcome.Reset"/> or <see cref="Outcome.Silent"/>.</summary>
internal readonly record struct Reply(Outcome Outcome, Answer? Answer, Pace Pace);

namespace FastGate.MockProvider;

/// <summary>What a model makes of a conversation that ends with the beginning of its own answer.</summary>
public enum Continuation
{
    /// <summary>Goes on exactly where the words end (<c>rest</c>).</summary>
    Rest,

    /// <summary>Says the last word once more and goes on (<c>word</c>).</summary>
    Word,

    /// <summary>Begins again from the beginning (<c>all</c>).</summary>
    All,

    /// <summary>Says something else (<c>other</c>).</summary>
    Other,

    /// <summary>Refuses a conversation whose last message is the assistant's with 400; asked by the user to go on, it goes on (<c>refuse</c>).</summary>
    Refuse,
}

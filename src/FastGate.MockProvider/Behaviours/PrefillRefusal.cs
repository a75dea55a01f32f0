namespace FastGate.MockProvider.Behaviours;

/// <summary>Whose words and shape refuse a conversation that ends with the assistant's message; all with status 400.</summary>
internal enum PrefillRefusal
{
    /// <summary>Anthropic's words in OpenAI's shape, as gateways and OpenAI-compatible endpoints pass them on.</summary>
    OpenAI,

    /// <summary>Anthropic's words in its own shape.</summary>
    Anthropic,

    /// <summary>Mistral's: an error that is not wrapped.</summary>
    Mistral,

    /// <summary>Perplexity's: the code is a number.</summary>
    Perplexity,
}

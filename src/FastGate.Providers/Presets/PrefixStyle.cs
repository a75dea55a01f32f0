namespace FastGate.Providers.Presets;

/// <summary>How a provider is told that the last message of a conversation is the beginning of its answer, which it is to go on with.</summary>
public enum PrefixStyle : byte
{
    /// <summary>It cannot be told, or it is not known how: such a message is one more turn to it.</summary>
    None,

    /// <summary>An assistant message at the end is taken so by itself.</summary>
    Plain,

    /// <summary>The message bears <c>"prefix": true</c>.</summary>
    Prefix,

    /// <summary>The message bears <c>"partial": true</c>.</summary>
    Partial,

    /// <summary>The request bears <c>"continue_final_message": true</c> and <c>"add_generation_prompt": false</c>.</summary>
    ContinueFinalMessage,
}

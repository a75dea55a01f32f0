namespace FastGate.Protocol.Json;

/// <summary>The members of a request body that routing reads. All are top-level members but <see cref="IncludeUsage"/>.</summary>
public enum RequestField : byte
{
    /// <summary>Any other member.</summary>
    None,

    /// <summary><c>model</c>.</summary>
    Model,

    /// <summary><c>stream</c>.</summary>
    Stream,

    /// <summary><c>stream_options</c>.</summary>
    StreamOptions,

    /// <summary><c>stream_options.include_usage</c>.</summary>
    IncludeUsage,

    /// <summary><c>fallbacks</c>.</summary>
    Fallbacks,

    /// <summary><c>models</c>.</summary>
    Models,

    /// <summary><c>metadata</c>.</summary>
    Metadata,

    /// <summary><c>user</c>.</summary>
    User,

    /// <summary><c>tools</c>.</summary>
    Tools,

    /// <summary><c>response_format</c>.</summary>
    ResponseFormat,

    /// <summary><c>n</c>.</summary>
    N,

    /// <summary><c>audio</c>.</summary>
    Audio,

    /// <summary><c>modalities</c>.</summary>
    Modalities,

    /// <summary><c>max_tokens</c>.</summary>
    MaxTokens,

    /// <summary><c>max_completion_tokens</c>.</summary>
    MaxCompletionTokens,

    /// <summary><c>max_output_tokens</c>.</summary>
    MaxOutputTokens,

    /// <summary><c>messages</c>.</summary>
    Messages,

    /// <summary><c>input</c>.</summary>
    Input,

    /// <summary><c>prompt</c>.</summary>
    Prompt,

    /// <summary><c>system</c>.</summary>
    System,

    /// <summary><c>instructions</c>.</summary>
    Instructions,

    /// <summary><c>text</c>.</summary>
    Text,
}

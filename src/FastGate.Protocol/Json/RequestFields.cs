using System.Runtime.CompilerServices;

namespace FastGate.Protocol.Json;

/// <summary>Names of the members in <see cref="RequestField"/>.</summary>
internal static class RequestFields
{
    /// <summary>The longest name, <c>max_completion_tokens</c>: longer keys need not be looked at.</summary>
    public const int LongestName = 21;

    /// <summary>The top-level member of that name.</summary>
    /// <param name="name">The name, unescaped.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RequestField Find(ReadOnlySpan<byte> name) => name.Length switch
    {
        1 => name[0] == (byte)'n' ? RequestField.N : RequestField.None,
        4 => name.SequenceEqual("user"u8) ? RequestField.User : name.SequenceEqual("text"u8) ? RequestField.Text : RequestField.None,
        5 => FindOf5(name),
        6 => FindOf6(name),
        8 => name.SequenceEqual("messages"u8) ? RequestField.Messages : name.SequenceEqual("metadata"u8) ? RequestField.Metadata : RequestField.None,
        9 => name.SequenceEqual("fallbacks"u8) ? RequestField.Fallbacks : RequestField.None,
        10 => name.SequenceEqual("max_tokens"u8) ? RequestField.MaxTokens : name.SequenceEqual("modalities"u8) ? RequestField.Modalities : RequestField.None,
        >= 12 and <= LongestName => FindLong(name),
        _ => RequestField.None,
    };

    /// <summary>The member's path as it is written in messages.</summary>
    public static string NameOf(RequestField field) => field switch
    {
        RequestField.Model => "model",
        RequestField.Stream => "stream",
        RequestField.StreamOptions => "stream_options",
        RequestField.IncludeUsage => "stream_options.include_usage",
        RequestField.Fallbacks => "fallbacks",
        RequestField.Models => "models",
        RequestField.Metadata => "metadata",
        RequestField.User => "user",
        RequestField.Tools => "tools",
        RequestField.ResponseFormat => "response_format",
        RequestField.N => "n",
        RequestField.Audio => "audio",
        RequestField.Modalities => "modalities",
        RequestField.MaxTokens => "max_tokens",
        RequestField.MaxCompletionTokens => "max_completion_tokens",
        RequestField.MaxOutputTokens => "max_output_tokens",
        RequestField.Messages => "messages",
        RequestField.Input => "input",
        RequestField.Prompt => "prompt",
        RequestField.System => "system",
        RequestField.Instructions => "instructions",
        RequestField.Text => "text",
        _ => "",
    };

    private static RequestField FindOf5(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("model"u8) ? RequestField.Model
        : name.SequenceEqual("tools"u8) ? RequestField.Tools
        : name.SequenceEqual("input"u8) ? RequestField.Input
        : name.SequenceEqual("audio"u8) ? RequestField.Audio
        : RequestField.None;

    private static RequestField FindOf6(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("stream"u8) ? RequestField.Stream
        : name.SequenceEqual("models"u8) ? RequestField.Models
        : name.SequenceEqual("prompt"u8) ? RequestField.Prompt
        : name.SequenceEqual("system"u8) ? RequestField.System
        : RequestField.None;

    private static RequestField FindLong(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("stream_options"u8) ? RequestField.StreamOptions
        : name.SequenceEqual("response_format"u8) ? RequestField.ResponseFormat
        : name.SequenceEqual("max_completion_tokens"u8) ? RequestField.MaxCompletionTokens
        : name.SequenceEqual("max_output_tokens"u8) ? RequestField.MaxOutputTokens
        : name.SequenceEqual("instructions"u8) ? RequestField.Instructions
        : RequestField.None;
}

using FastGate.Protocol.Json;

namespace FastGate.Providers.OpenAi;

/// <summary>
/// A <c>usage</c> object: what the provider says the call cost. Chat completions name the counts <c>prompt_tokens</c> and
/// <c>completion_tokens</c>, the Responses API <c>input_tokens</c> and <c>output_tokens</c>
/// (https://platform.openai.com/docs/api-reference/chat/object, https://platform.openai.com/docs/api-reference/responses/object).
/// </summary>
/// <param name="PromptTokens">Tokens read, or -1 when not said.</param>
/// <param name="CompletionTokens">Tokens written, or -1 when not said.</param>
public readonly record struct TokenUsage(long PromptTokens, long CompletionTokens)
{
    /// <summary>Nothing is known.</summary>
    public static TokenUsage Unknown => new(-1, -1);

    /// <summary>Reads the value the cursor stands before, if it is an object; else skips it.</summary>
    /// <returns>Whether it was an object.</returns>
    internal static bool TryRead(ref JsonCursor cursor, out TokenUsage usage)
    {
        long prompt = -1;
        long completion = -1;
        bool isObject = cursor.TryEnterObject();
        if (isObject)
        {
            while (cursor.NextProperty())
            {
                JsonString name = cursor.Name;
                if (name.Is("prompt_tokens"u8) || name.Is("input_tokens"u8))
                {
                    prompt = cursor.TryReadInt64(out long value) ? value : prompt;
                }
                else if (name.Is("completion_tokens"u8) || name.Is("output_tokens"u8))
                {
                    completion = cursor.TryReadInt64(out long value) ? value : completion;
                }
                else
                {
                    cursor.SkipValue();
                }
            }
        }
        else
        {
            cursor.SkipValue();
        }

        usage = new TokenUsage(prompt, completion);
        return isObject;
    }
}

using FastGate.MockProvider.Behaviours;

namespace FastGate.MockProvider.OpenAI;

/// <summary>A request refused in OpenAI's terms: <c>{"error":{"message","type","param","code"}}</c>.</summary>
internal sealed class OpenAiRejection(int status, string message, string? type, string? param, string? code) : Exception(message)
{
    private const string InvalidRequest = "invalid_request_error";

    internal int Status => status;

    internal string? Type => type;

    internal string? Param => param;

    internal string? Code => code;

    /// <summary>Header added to the refusal: <c>retry-after</c>.</summary>
    internal string? RetryAfter { get; init; }

    /// <summary>The answer carries Azure's <c>innererror</c> with its filter's verdict.</summary>
    internal bool AzureFilter { get; init; }

    internal static OpenAiRejection Invalid(string message, string? param = null, string? code = null) => new(400, message, InvalidRequest, param, code);

    internal static OpenAiRejection BadJson() =>
        Invalid("We could not parse the JSON body of your request. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.");

    internal static OpenAiRejection ContentType(string? was, string expected) => Invalid(
        $"Unsupported content type: '{was}'. This API method only accepts '{expected}' requests.", code: "unsupported_content_type");

    internal static OpenAiRejection Missing(string param) => Invalid($"Missing required parameter: '{param}'.", param, "missing_required_parameter");

    internal static OpenAiRejection NoModel() => Invalid("you must provide a model parameter");

    internal static OpenAiRejection WrongType(string param, string expected, string was) =>
        Invalid($"Invalid type for '{param}': expected {expected}, but got {was} instead.", param, "invalid_type");

    internal static OpenAiRejection WrongValue(string param, string was, params string[] supported) =>
        Invalid($"Invalid value: '{was}'. Supported values are: {string.Join(", ", supported.Select(value => $"'{value}'"))}.", param, "invalid_value");

    internal static OpenAiRejection UnknownArgument(string name) => Invalid($"Unrecognized request argument supplied: {name}");

    internal static OpenAiRejection UnknownParameter(string name) => Invalid($"Unknown parameter: '{name}'.", name, "unknown_parameter");

    internal static OpenAiRejection NoKey() => new(
        401, "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.", InvalidRequest, null, null);

    internal static OpenAiRejection WrongKey(string key) => new(
        401,
        $"Incorrect API key provided: {new string('*', 8)}{(key.Length > 8 ? key[^4..] : "")}. You can find your API key at https://platform.openai.com/account/api-keys.",
        InvalidRequest,
        null,
        "invalid_api_key");

    internal static OpenAiRejection UnknownModel(string model) => new(
        404, $"The model `{model}` does not exist or you do not have access to it.", InvalidRequest, null, "model_not_found");

    internal static OpenAiRejection UnknownPath(string method, string path) => new(404, $"Invalid URL ({method} {path})", InvalidRequest, null, null);

    internal static OpenAiRejection WrongMethod(string method, string path) => new(
        405, $"Not allowed to {method} on {path}. (HINT: Perhaps you meant to use a different HTTP method?)", InvalidRequest, null, "method_not_supported");

    internal static OpenAiRejection ServerError() => new(
        500, "The server had an error while processing your request. Sorry about that!", "server_error", null, null);

    internal static OpenAiRejection Unavailable() => new(
        503, "The engine is currently overloaded, please try again later.", "server_error", null, "service_unavailable");

    internal static OpenAiRejection RateLimited(string model, string organization, string? retryAfter) => new(
        429,
        $"Rate limit reached for {model} in organization {organization} on requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in {retryAfter ?? "1"}s.",
        "requests",
        null,
        "rate_limit_exceeded")
    {
        RetryAfter = retryAfter,
    };

    internal static OpenAiRejection ContextLength(string param, int tokens) => Invalid(
        $"This model's maximum context length is 128000 tokens. However, your messages resulted in {128_000 + tokens} tokens. Please reduce the length of the messages.",
        param,
        "context_length_exceeded");

    internal static OpenAiRejection ContentPolicy() => Invalid(
        "Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.",
        code: "content_policy_violation");

    internal static OpenAiRejection AzureContentFilter() => new(
        400,
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
        null,
        "prompt",
        "content_filter")
    {
        AzureFilter = true,
    };

    /// <summary>Whose shape the body has.</summary>
    internal PrefillRefusal Shape { get; private init; }

    internal static OpenAiRejection NoPrefill(PrefillRefusal shape)
    {
        (string message, string type, string? code) = shape switch
        {
            PrefillRefusal.Mistral => ("Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant", "invalid_request_message_order", "3230"),
            PrefillRefusal.Perplexity => ("Last message must have role `user`.", "invalid_message", null),
            _ => ("This model does not support assistant message prefill. The conversation must end with a user message.", InvalidRequest, null),
        };
        return new OpenAiRejection(400, message, type, shape == PrefillRefusal.OpenAI ? "messages" : null, code) { Shape = shape };
    }
}

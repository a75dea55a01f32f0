namespace FastGate.Providers.Classification;

/// <summary>The rows, in the order they are asked: what is sure first, wordings before the status alone.</summary>
/// <remarks>
/// Decisions where failover.md leaves room: 402 is the key's (its account is empty), though quota wordings under other statuses are a rate
/// limit. 408, 409, 424 and every 4xx not named are the client's, though some SDKs try them again. A bare 413 is the client's: without any
/// provider's wording nobody says that another model would take more. 5xx not named are like 500 (RFC 9110 §15.6).
/// </remarks>
internal static class ErrorRules
{
    private const string OpenAiCodes = "https://platform.openai.com/docs/guides/error-codes";
    private const string AnthropicErrors = "https://docs.anthropic.com/en/api/errors";
    private const string AzureFilter = "https://learn.microsoft.com/en-us/azure/ai-services/openai/concepts/content-filter";
    private const string GoogleErrors = "https://ai.google.dev/gemini-api/docs/troubleshooting";
    private const string GoogleCodes = "https://cloud.google.com/apis/design/errors";
    private const string BedrockErrors = "https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html";
    private const string MistralErrors = "https://docs.mistral.ai/api/";
    private const string GroqErrors = "https://console.groq.com/docs/errors";
    private const string CerebrasErrors = "https://inference-docs.cerebras.ai/support/error";
    private const string OpenRouterErrors = "https://openrouter.ai/docs/api-reference/errors";
    private const string DeepSeekErrors = "https://api-docs.deepseek.com/quick_start/error_codes";
    private const string XaiErrors = "https://docs.x.ai/docs/key-information/debugging";
    private const string HttpSemantics = "https://www.rfc-editor.org/rfc/rfc9110#section-15";

    /// <summary>Reasons to finish with that mean the provider failed.</summary>
    internal static readonly byte[][] FailedFinishes =
    [
        [.. "error"u8], // https://openrouter.ai/docs/api-reference/overview#finish-reason and Mistral's
        [.. "insufficient_system_resource"u8], // https://api-docs.deepseek.com/api/create-chat-completion
    ];

    /// <summary>Reasons to finish with that mean a filter stopped the answer.</summary>
    internal static readonly byte[][] FilteredFinishes =
    [
        [.. "content_filter"u8], // https://platform.openai.com/docs/api-reference/chat/object
        [.. "content_filtered"u8], // Bedrock: StopReason of Converse
        [.. "guardrail_intervened"u8],
        [.. "safety"u8], // Gemini: https://ai.google.dev/api/generate-content#FinishReason
        [.. "recitation"u8],
        [.. "blocklist"u8],
        [.. "prohibited_content"u8],
        [.. "spii"u8],
        [.. "image_safety"u8],
        [.. "refusal"u8], // Anthropic: https://docs.anthropic.com/en/api/handling-stop-reasons
        [.. "error_toxic"u8], // Cohere
        [.. "sensitive"u8], // Zhipu
    ];

    internal static readonly ErrorRule[] All =
    [
        // The statuses that say everything.
        new("all", StatusRange.Only(429), Place.StatusAlone, [], VerdictKind.RateLimited, "https://www.rfc-editor.org/rfc/rfc6585#section-4"),
        new("Anthropic", StatusRange.Only(529), Place.StatusAlone, [], VerdictKind.RateLimited, AnthropicErrors),
        new("all", StatusRange.Between(401, 402), Place.StatusAlone, [], VerdictKind.Auth, HttpSemantics),

        // Overload, rates and quotas, whatever the status. Before the context window: Groq answers a request above the tokens a minute with
        // 413 and "please reduce your message size".
        new("Anthropic", StatusRange.Any, Place.Name, ["overloaded_error"], VerdictKind.RateLimited, AnthropicErrors),
        new(
            "OpenAI, Groq, Together, Fireworks", StatusRange.Any, Place.Name,
            ["rate_limit_exceeded", "rate_limit_error", "rate_limited", "requests_rate_limit_exceeded"],
            VerdictKind.RateLimited, OpenAiCodes),
        new(
            "OpenAI, Moonshot", StatusRange.Any, Place.Name,
            ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "exceeded_current_quota_error"],
            VerdictKind.RateLimited, OpenAiCodes),
        new("Google", StatusRange.Any, Place.Name, ["resource_exhausted"], VerdictKind.RateLimited, GoogleCodes),
        new(
            "Bedrock", StatusRange.Any, Place.Name,
            ["throttlingexception", "servicequotaexceededexception", "toomanyrequestsexception"],
            VerdictKind.RateLimited, BedrockErrors),
        new(
            "Cerebras", StatusRange.Any, Place.Name,
            ["too_many_requests_error", "too_many_tokens_error", "token_quota_exceeded", "request_quota_exceeded"],
            VerdictKind.RateLimited, CerebrasErrors),
        new("Groq (498: flex tier)", StatusRange.Client, Place.Name, ["capacity_exceeded"], VerdictKind.RateLimited, GroqErrors),
        new(
            "Mistral (without a status: in a stream)", StatusRange.Client, Place.Wording,
            ["service tier capacity exceeded"],
            VerdictKind.RateLimited, MistralErrors),
        new(
            "OpenAI, Google, Azure", StatusRange.Client, Place.Wording,
            ["exceeded your current quota", "billing hard limit", "out of call volume quota"],
            VerdictKind.RateLimited, OpenAiCodes),
        new(
            "Anthropic (400)", StatusRange.Client, Place.Wording,
            ["credit balance is too low", "reached your specified api usage limits"],
            VerdictKind.RateLimited, "https://github.com/anthropics/claude-quickstarts/issues/229"),
        new(
            "Bedrock", StatusRange.Client, Place.Wording,
            ["too many tokens, please wait", "too many requests, please wait"],
            VerdictKind.RateLimited, "https://github.com/aws-samples/well-architected-iac-analyzer/issues/25"),

        // Filters. Before the context window and the model: they come with 400 and 403 alike.
        new(
            "OpenAI, Azure, OpenRouter", StatusRange.Client, Place.Name,
            ["content_policy_violation", "content_filter", "responsibleaipolicyviolation", "moderation_blocked"],
            VerdictKind.ContentPolicy, AzureFilter),
        new(
            "OpenAI", StatusRange.Client, Place.Wording,
            [
                "flagged as potentially violating", "rejected as a result of our safety system",
                "rejected by the safety system", "invalid prompt*for safety reasons",
            ],
            VerdictKind.ContentPolicy, "https://github.com/microsoft/PyRIT/pull/1463"),
        new("Azure", StatusRange.Client, Place.Wording, ["content management policy"], VerdictKind.ContentPolicy, AzureFilter),
        new("Anthropic", StatusRange.Client, Place.Wording, ["blocked by content filtering policy"], VerdictKind.ContentPolicy, AnthropicErrors),
        new("Google", StatusRange.Client, Place.Wording, ["prohibited_content", "blocked due to safety"], VerdictKind.ContentPolicy, GoogleErrors),
        new(
            "Bedrock", StatusRange.Client, Place.Wording,
            ["blocked by the content filter", "guardrail*blocked", "blocked by*guardrail"],
            VerdictKind.ContentPolicy, BedrockErrors),
        new("OpenRouter (403)", StatusRange.Client, Place.Wording, ["input was flagged"], VerdictKind.ContentPolicy, OpenRouterErrors),
        new(
            "DeepSeek", StatusRange.Client, Place.Wording,
            ["content exists risk"],
            VerdictKind.ContentPolicy, "https://github.com/deepseek-ai/awesome-deepseek-integration/issues/13"),
        new("xAI (403)", StatusRange.Client, Place.Wording, ["violates usage guidelines"], VerdictKind.ContentPolicy, XaiErrors),
        new(
            "Alibaba", StatusRange.Client, Place.Name,
            ["data_inspection_failed", "datainspectionfailed"],
            VerdictKind.ContentPolicy, "https://github.com/CommandCodeAI/command-code/issues/813"),

        // The context window.
        new(
            "OpenAI, Groq, OpenRouter", StatusRange.Any, Place.Name,
            ["context_length_exceeded", "context_window_exceeded", "model_context_window_exceeded"],
            VerdictKind.ContextWindow, OpenAiCodes),
        new(
            "llama.cpp (400, once 500)", StatusRange.Any, Place.Name,
            ["exceed_context_size_error"],
            VerdictKind.ContextWindow, "https://github.com/ggml-org/llama.cpp/pull/15780"),
        new("Anthropic", StatusRange.Client, Place.Name, ["request_too_large"], VerdictKind.ContextWindow, AnthropicErrors),
        new(
            "OpenAI, Azure, DeepSeek, Mistral, vLLM, OpenRouter, Fireworks", StatusRange.Client, Place.Wording,
            ["maximum context length", "exceeds the context window"],
            VerdictKind.ContextWindow, "https://github.com/evalstate/fast-agent/issues/621"),
        new(
            "OpenAI (a text above any model's window)", StatusRange.Client, Place.Wording,
            ["invalid 'messages*string too long", "invalid 'input*string too long"],
            VerdictKind.ContextWindow, OpenAiCodes),
        new(
            "Groq, OpenAI", StatusRange.Client, Place.Wording,
            ["reduce the length of the messages", "reduce the length of the input", "reduce the length of the prompt"],
            VerdictKind.ContextWindow, "https://github.com/fjrdomingues/autopilot/issues/177"),
        new(
            "Anthropic, Fireworks", StatusRange.Client, Place.Wording,
            ["prompt is too long", "exceed context limit"],
            VerdictKind.ContextWindow, "https://github.com/earendil-works/pi/issues/102"),
        new(
            "Google", StatusRange.Client, Place.Wording,
            ["input token count*exceeds the maximum", "input token count is*supports up to"],
            VerdictKind.ContextWindow, "https://github.com/google-gemini/gemini-cli/issues/6678"),
        new(
            "Bedrock", StatusRange.Client, Place.Wording,
            ["input is too long for requested model", "number of input tokens exceeds maximum length", "too many input tokens"],
            VerdictKind.ContextWindow, "https://github.com/aws-samples/assessment-generator/issues/2"),
        new(
            "Cohere", StatusRange.Client, Place.Wording,
            ["too many tokens:"],
            VerdictKind.ContextWindow, "https://github.com/cohere-ai/sandbox-topically/issues/4"),
        new("Mistral", StatusRange.Client, Place.Wording, ["too large for model with"], VerdictKind.ContextWindow, MistralErrors),
        new(
            "vLLM 0.16", StatusRange.Client, Place.Wording,
            ["context length is only"],
            VerdictKind.ContextWindow, "https://github.com/harbor-framework/harbor/pull/996"),
        new(
            "xAI", StatusRange.Client, Place.Wording,
            ["maximum prompt length"],
            VerdictKind.ContextWindow, "https://github.com/cline/cline/issues/3120"),
        new(
            "Together, text-generation-inference", StatusRange.Client, Place.Wording,
            ["`inputs` tokens + `max_new_tokens` must be", "`inputs` must have less than"],
            VerdictKind.ContextWindow, "https://github.com/BerriAI/litellm/issues/4934"),
        new(
            "llama.cpp, Ollama, LM Studio", StatusRange.Client, Place.Wording,
            ["exceeds the available context size", "input length*exceeds*context length", "exceed context window", "greater than the context length"],
            VerdictKind.ContextWindow, "https://github.com/oobabooga/textgen/issues/7257"),
        new(
            "SambaNova, SGLang, Novita", StatusRange.Client, Place.Wording,
            ["longer than the model's context length", "exceeds the model's maximum context", "prompt token count*exceeds the limit"],
            VerdictKind.ContextWindow, "https://github.com/jjleng/copilot-more/issues/35"),
        new(
            "Moonshot", StatusRange.Client, Place.Wording,
            ["exceeded model token limit"],
            VerdictKind.ContextWindow, "https://platform.moonshot.ai/docs/api/chat"),
        new(
            "Alibaba", StatusRange.Client, Place.Wording,
            ["range of input length should be"],
            VerdictKind.ContextWindow, "https://help.aliyun.com/zh/model-studio/error-code"),
        new(
            "MiniMax", StatusRange.Client, Place.Wording,
            ["context window exceeds limit"],
            VerdictKind.ContextWindow, "https://platform.minimax.io/docs/api-reference/errorcode"),

        // The model, under other statuses than 404: not granted to the key, withdrawn, mistyped.
        new(
            "OpenAI (also 403), Azure, Groq, Mistral", StatusRange.Client, Place.Name,
            ["model_not_found", "deploymentnotfound", "model_decommissioned", "invalid_model", "unknown_model", "model_not_available"],
            VerdictKind.ModelNotFound, "https://github.com/Aider-AI/aider/issues/604"),
        new(
            "OpenAI (403)", StatusRange.Client, Place.Wording,
            ["does not have access to model", "does not exist or you do not have access"],
            VerdictKind.ModelNotFound, "https://github.com/continuedev/continue/issues/10120"),
        new(
            "Bedrock", StatusRange.Client, Place.Wording,
            ["have access to the model with the specified model id", "model identifier is invalid", "with on-demand throughput isn"],
            VerdictKind.ModelNotFound, BedrockErrors),
        new("DeepSeek", StatusRange.Client, Place.Wording, ["model not exist"], VerdictKind.ModelNotFound, DeepSeekErrors),
        new(
            "OpenRouter", StatusRange.Client, Place.Wording,
            ["is not a valid model id", "no endpoints found for"],
            VerdictKind.ModelNotFound, OpenRouterErrors),
        new(
            "Groq", StatusRange.Client, Place.Wording,
            ["has been decommissioned"],
            VerdictKind.ModelNotFound, "https://github.com/atiilla/sqlmap-ai/issues/3"),
        new(
            "Google, Ollama", StatusRange.Client, Place.Wording,
            ["is not supported for generatecontent", "not found, try pulling it first"],
            VerdictKind.ModelNotFound, GoogleErrors),
        new(
            "Anthropic, Google, vLLM", StatusRange.Stream, Place.Name,
            ["not_found_error", "not_found", "notfounderror"],
            VerdictKind.ModelNotFound, AnthropicErrors),

        // The key, under other statuses than 401 to 403.
        new(
            "Google (400)", StatusRange.Client, Place.Name,
            ["api_key_invalid", "unauthenticated", "permission_denied"],
            VerdictKind.Auth, "https://github.com/continuedev/continue/issues/10290"),
        new(
            "OpenAI, Anthropic", StatusRange.Client, Place.Name,
            ["invalid_api_key", "authentication_error", "permission_error", "billing_error"],
            VerdictKind.Auth, AnthropicErrors),
        new(
            "Google, xAI (400)", StatusRange.Client, Place.Wording,
            ["api key not valid", "api key expired", "incorrect api key provided", "incorrect%20api%20key%20provided"],
            VerdictKind.Auth, "https://github.com/i-am-bee/beeai-framework/issues/447"),

        // What only an error inside a stream leaves to be told by its name.
        new(
            "all", StatusRange.Stream, Place.Name,
            ["invalid_request_error", "badrequesterror", "invalid_argument", "validationexception", "invalid_prompt"],
            VerdictKind.BadRequest, OpenAiCodes),
        new(
            "all", StatusRange.Stream, Place.Name,
            ["api_error", "server_error", "internal_server_error", "timeout_error", "internal", "unavailable", "deadline_exceeded"],
            VerdictKind.Upstream5xx, AnthropicErrors),

        // The endpoint, not the model: said so, or a framework that knows no such path, or no word of an API at all.
        new("Groq, OpenAI", StatusRange.Client, Place.Name, ["unknown_url"], VerdictKind.NotSupported, "https://github.com/ChatGPTNextWeb/NextChat/issues/4599"),
        new("OpenAI", StatusRange.Only(404), Place.Wording, ["invalid url ("], VerdictKind.NotSupported, "https://github.com/harry0703/MoneyPrinterTurbo/issues/57"),
        new("FastAPI (vLLM, SGLang)", StatusRange.Only(404), Place.WholeMessage, ["not found"], VerdictKind.NotSupported, "https://fastapi.tiangolo.com/tutorial/handling-errors/"),
        new("all", StatusRange.Only(404), Place.NoJson, [], VerdictKind.NotSupported, HttpSemantics),
        new("all", StatusRange.Only(405), Place.StatusAlone, [], VerdictKind.NotSupported, HttpSemantics),
        new("llama.cpp, all", StatusRange.Only(501), Place.StatusAlone, [], VerdictKind.NotSupported, "https://github.com/ggml-org/llama.cpp/issues/14223"),

        // The status alone.
        new("all", StatusRange.Only(403), Place.StatusAlone, [], VerdictKind.Auth, HttpSemantics),
        new("all", StatusRange.Only(404), Place.StatusAlone, [], VerdictKind.ModelNotFound, OpenAiCodes),
        new("all", StatusRange.Between(400, 499), Place.StatusAlone, [], VerdictKind.BadRequest, HttpSemantics),
        new("all", StatusRange.Between(500, 599), Place.StatusAlone, [], VerdictKind.Upstream5xx, HttpSemantics),
    ];
}

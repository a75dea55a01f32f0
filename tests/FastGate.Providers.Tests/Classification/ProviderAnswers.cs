using FastGate.Providers.Classification;

namespace FastGate.Providers.Tests.Classification;

/// <summary>An answer that a provider gave, and what it comes to.</summary>
/// <param name="Provider">Who gave it.</param>
/// <param name="Status">With which status.</param>
/// <param name="Body">Its body; see <see cref="ProviderAnswers"/> for how faithful it is.</param>
/// <param name="Kind">What it comes to.</param>
/// <param name="Source">The thread it was reported in, the page it was written after, or <c>made up</c>.</param>
/// <param name="RetryAfterSeconds">The wait it asks for; negative for none.</param>
/// <param name="Headers">Lines of its head, separated by <c>|</c>.</param>
public sealed record ProviderAnswer(
    string Provider, int Status, string Body, VerdictKind Kind, string Source, double RetryAfterSeconds = -1, string Headers = "")
{
    internal string[] HeaderLines => Headers.Length == 0 ? [] : Headers.Split('|');

    internal TimeSpan? RetryAfter => RetryAfterSeconds < 0 ? null : TimeSpan.FromSeconds(RetryAfterSeconds);

    public override string ToString() => $"{Provider} {Status} {Body[..Math.Min(Body.Length, 60)]}";
}

/// <summary>Answers of many providers.</summary>
/// <remarks>
/// A row that cites a thread has the message reported there. Most reports show what a client library printed: they are put back into JSON, names
/// of accounts are taken out, some are shortened, and where only the message was reported the object around it is the provider's usual one.
/// A row that cites a page is written after the provider's shapes and known wordings and was not compared with an answer on the wire.
/// Headers are written for the tests. What is <c>made up</c> tests the reading, not a provider.
/// </remarks>
internal static class ProviderAnswers
{
    private const string OpenAiCodes = "https://platform.openai.com/docs/guides/error-codes";
    private const string AnthropicErrors = "https://docs.anthropic.com/en/api/errors";
    private const string OpenRouterErrors = "https://openrouter.ai/docs/api-reference/errors";
    private const string Html =
        "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

    internal static readonly ProviderAnswer[] Whole =
    [
        new("OpenAI", 400, """{"error":{"message":"This model's maximum context length is 4097 tokens. However, your messages resulted in 4294 tokens. Please reduce the length of the messages.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""",
            VerdictKind.ContextWindow, "https://github.com/chathub-dev/chathub/issues/126"),
        new("OpenAI (2023, without a code)", 400, """{"error":{"message":"This model's maximum context length is 4097 tokens, however you requested 4116 tokens (1044 in your prompt; 3072 for the completion). Please reduce your prompt; or completion length.","type":"invalid_request_error","param":null,"code":null}}""",
            VerdictKind.ContextWindow, "https://github.com/acheong08/ChatGPT/issues/501"),
        new("OpenAI (Responses)", 400, """{"error":{"message":"Your input exceeds the context window of this model. Please adjust your input and try again.","type":"invalid_request_error","param":"input","code":"context_length_exceeded"}}""",
            VerdictKind.ContextWindow, OpenAiCodes),
        new("OpenAI", 400, """{"error":{"message":"Invalid 'messages[1].content': string too long. Expected a string with maximum length 10485760, but got a string with length 12000000 instead.","type":"invalid_request_error","param":"messages[1].content","code":"string_above_max_length"}}""",
            VerdictKind.ContextWindow, OpenAiCodes),
        new("OpenAI", 429, """{"error":{"message":"Request too large for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Requested 31538. The input or output tokens must be reduced in order to run successfully. Visit https://platform.openai.com/account/rate-limits to learn more.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}""",
            VerdictKind.RateLimited, "https://github.com/TheR1D/shell_gpt/issues/653", 3.1, "x-ratelimit-remaining-requests: 499|x-ratelimit-reset-requests: 120ms|x-ratelimit-remaining-tokens: 0|x-ratelimit-reset-tokens: 3.1s"),
        new("OpenAI", 429, """{"error":{"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""",
            VerdictKind.RateLimited, "https://github.com/cursor/cursor/issues/1293"),
        new("OpenAI", 400, """{"error":{"message":"Billing hard limit has been reached","type":"invalid_request_error","param":null,"code":"billing_hard_limit_reached"}}""",
            VerdictKind.RateLimited, OpenAiCodes),
        new("OpenAI", 401, """{"error":{"message":"Incorrect API key provided: sk-ab***yz. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}""",
            VerdictKind.Auth, OpenAiCodes),
        new("OpenAI", 403, """{"error":{"message":"Project `proj_1` does not have access to model `gpt-4o`","type":"invalid_request_error","param":null,"code":"model_not_found"}}""",
            VerdictKind.ModelNotFound, "https://github.com/Aider-AI/aider/issues/604"),
        new("OpenAI", 403, """{"error":{"code":"unsupported_country_region_territory","message":"Country, region, or territory not supported","param":null,"type":"request_forbidden"}}""",
            VerdictKind.Auth, OpenAiCodes),
        new("OpenAI", 404, """{"error":{"message":"The model `gpt-9` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}""",
            VerdictKind.ModelNotFound, OpenAiCodes),
        new("OpenAI", 400, """{"error":{"code":"content_policy_violation","message":"Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.","param":null,"type":"invalid_request_error"}}""",
            VerdictKind.ContentPolicy, "https://github.com/songquanpeng/one-api/issues/737"),
        new("OpenAI", 400, """{"error":{"code":null,"message":"Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.","param":null,"type":"invalid_request_error"}}""",
            VerdictKind.ContentPolicy, "https://github.com/openai/openai-openapi/issues/11"),
        new("OpenAI", 400, """{"error":{"message":"Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt: https://platform.openai.com/docs/guides/reasoning#advice-on-prompting","type":"invalid_request_error","param":null,"code":"invalid_prompt"}}""",
            VerdictKind.ContentPolicy, "https://github.com/alan-turing-institute/t0-1/issues/69"),
        new("OpenAI", 400, """{"error":{"message":"Invalid prompt: we've limited access to this content for safety reasons. This type of information may be used to benefit or to harm people.","type":"invalid_request_error","param":null,"code":"invalid_prompt"}}""",
            VerdictKind.ContentPolicy, "https://github.com/microsoft/PyRIT/pull/1463"),
        new("OpenAI", 400, """{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}""",
            VerdictKind.BadRequest, OpenAiCodes),
        new("OpenAI", 500, """{"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}""",
            VerdictKind.Upstream5xx, OpenAiCodes),
        new("OpenAI", 503, """{"error":{"message":"The engine is currently overloaded, please try again later","type":"server_error","param":null,"code":null}}""",
            VerdictKind.Upstream5xx, OpenAiCodes, 7, "Retry-After: 7"),

        new("Azure", 400, """{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry. To learn more about our content filtering policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":true,"severity":"high"},"violence":{"filtered":false,"severity":"safe"}}}}}""",
            VerdictKind.ContentPolicy, "https://github.com/openai/openai-dotnet/issues/55"),
        new("Azure", 404, """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}}""",
            VerdictKind.ModelNotFound, "https://github.com/chatboxai/chatbox/issues/646"),
        new("Azure", 429, """{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2023-05-15 have exceeded token rate limit of your current AIServices S0 pricing tier. Please retry after 86400 seconds. Please contact Azure support service if you would like to further increase the default rate limit."}}""",
            VerdictKind.RateLimited, "https://github.com/jasonacox/TinyLLM/issues/17", 86400, "Retry-After: 86400|x-ratelimit-reset-tokens: 86400"),
        new("Azure", 403, """{"error":{"code":"403","message":"Out of call volume quota. Quota will be replenished in 2.11:10:03."}}""",
            VerdictKind.RateLimited, "https://learn.microsoft.com/en-us/azure/api-management/quota-policy"),
        new("Azure", 400, """{"error":{"message":"This model\u0027s maximum context length is 8192 tokens, however you requested 9001 tokens.","type":"invalid_request_error","param":null,"code":null}}""",
            VerdictKind.ContextWindow, "made up"),

        new("Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 219898 tokens > 200000 maximum"},"request_id":"req_1"}""",
            VerdictKind.ContextWindow, "https://github.com/earendil-works/pi/issues/102"),
        new("Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 200043 + 32000 > 204658, decrease input length or `max_tokens` and try again"}}""",
            VerdictKind.ContextWindow, "https://docs.anthropic.com/en/docs/build-with-claude/context-windows"),
        new("Anthropic", 413, """{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}""",
            VerdictKind.ContextWindow, AnthropicErrors),
        new("Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."},"request_id":"req_1"}""",
            VerdictKind.RateLimited, "https://github.com/anthropics/claude-code/issues/66314"),
        new("Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."}}""",
            VerdictKind.RateLimited, AnthropicErrors),
        new("Anthropic", 529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}""",
            VerdictKind.RateLimited, "https://github.com/anthropics/claude-code/issues/35792"),
        new("Anthropic (behind a proxy)", 503, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""",
            VerdictKind.RateLimited, "made up", 0.25, "retry-after-ms: 250"),
        new("Anthropic", 429, """{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your account's rate limit. Please try again later."},"request_id":"req_1"}""",
            VerdictKind.RateLimited, "https://github.com/anthropics/claude-code/issues/55789", 60,
            "anthropic-ratelimit-requests-remaining: 40|anthropic-ratelimit-requests-reset: 2026-11-21T08:00:10Z|anthropic-ratelimit-tokens-remaining: 0|anthropic-ratelimit-tokens-reset: 2026-11-21T08:01:00Z"),
        new("Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"},"request_id":"req_1"}""",
            VerdictKind.ContentPolicy, "https://github.com/anthropics/claude-code/issues/58367"),
        new("Anthropic", 401, """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"},"request_id":"req_1"}""",
            VerdictKind.Auth, "https://github.com/Good-player/free-claude-api-and-anthropic/issues/14"),
        new("Anthropic", 404, """{"type":"error","error":{"type":"not_found_error","message":"model: claude-9"}}""",
            VerdictKind.ModelNotFound, AnthropicErrors),
        new("Anthropic", 500, """{"type":"error","error":{"type":"api_error","message":"Internal server error"}}""",
            VerdictKind.Upstream5xx, AnthropicErrors),
        new("Anthropic", 504, """{"type":"error","error":{"type":"timeout_error","message":"Request timed out"}}""",
            VerdictKind.Upstream5xx, AnthropicErrors),
        new("Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"messages: roles must alternate between \"user\" and \"assistant\", but found multiple \"user\" roles in a row"}}""",
            VerdictKind.BadRequest, AnthropicErrors),

        new("Gemini (in an array)", 400, "[{\n  \"error\": {\n    \"code\": 400,\n    \"message\": \"The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).\",\n    \"errors\": [{\"message\": \"x\", \"domain\": \"global\", \"reason\": \"badRequest\"}],\n    \"status\": \"INVALID_ARGUMENT\"\n  }\n}\n]",
            VerdictKind.ContextWindow, "https://github.com/google-gemini/gemini-cli/issues/6678"),
        new("Gemini (in an array)", 429, "[{\n  \"error\": {\n    \"code\": 429,\n    \"message\": \"Resource has been exhausted (e.g. check quota).\",\n    \"status\": \"RESOURCE_EXHAUSTED\"\n  }\n}\n]",
            VerdictKind.RateLimited, "https://github.com/n4ze3m/page-assist/issues/406"),
        new("Gemini", 429, """{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. Please retry in 17.30897372s.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.Help","links":[{"description":"Learn more about Gemini API quotas","url":"https://ai.google.dev/gemini-api/docs/rate-limits"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17s"}]}}""",
            VerdictKind.RateLimited, "https://github.com/continuedev/continue/issues/11926", 17),
        new("Gemini", 400, """[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"}}]}}]""",
            VerdictKind.Auth, "https://github.com/continuedev/continue/issues/10290"),
        new("Gemini", 404, """[{"error":{"code":404,"message":"models/gemini-pro is not found for API version v1main, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.","status":"NOT_FOUND"}}]""",
            VerdictKind.ModelNotFound, "https://github.com/continuedev/continue/issues/9939"),
        new("Gemini", 503, """[{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}]""",
            VerdictKind.Upstream5xx, "https://ai.google.dev/gemini-api/docs/troubleshooting"),
        new("Gemini (a proxy quotes it)", 400, """{"error":{"message":"{\n  \"error\": {\n    \"code\": 400,\n    \"message\": \"The input token count (3475108) exceeds the maximum number of tokens allowed (1048576).\",\n    \"status\": \"INVALID_ARGUMENT\"\n  }\n}\n","code":400,"status":"Bad Request"}}""",
            VerdictKind.ContextWindow, "https://github.com/google-gemini/gemini-cli/issues/4231"),

        new("Bedrock", 400, """{"message":"Input is too long for requested model."}""",
            VerdictKind.ContextWindow, "https://github.com/aws-samples/assessment-generator/issues/2"),
        new("Bedrock", 400, """{"message":"Too many tokens, please wait before trying again."}""",
            VerdictKind.RateLimited, "https://github.com/aws-samples/well-architected-iac-analyzer/issues/25"),
        new("Bedrock", 429, """{"message":"Too many requests, please wait before trying again."}""",
            VerdictKind.RateLimited, "https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html"),
        new("Bedrock", 403, """{"message":"You don't have access to the model with the specified model ID."}""",
            VerdictKind.ModelNotFound, "https://github.com/anthropics/claude-code/issues/536"),
        new("Bedrock", 403, """{"message":"The security token included in the request is invalid."}""",
            VerdictKind.Auth, "https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html"),
        new("Bedrock", 400, """{"__type":"ServiceQuotaExceededException","message":"Your request exceeds the service quota for your account."}""",
            VerdictKind.RateLimited, "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html"),
        new("Bedrock", 400, """{"message":"The provided model identifier is invalid."}""",
            VerdictKind.ModelNotFound, "https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html"),

        new("Cohere", 400, """{"message":"too many tokens: total number of tokens (prompt and prediction) cannot exceed 2048 - received 6354. Try using a shorter prompt or a smaller max_tokens value."}""",
            VerdictKind.ContextWindow, "https://github.com/cohere-ai/sandbox-topically/issues/4"),
        new("Cohere", 400, """{"id":"1","message":"too many tokens: size limit exceeded by 713295 tokens. Try using shorter or fewer inputs. The limit for this model is 288000 tokens."}""",
            VerdictKind.ContextWindow, "https://docs.cohere.com/reference/errors"),
        new("Cohere", 401, """{"message":"invalid api token"}""", VerdictKind.Auth, "https://docs.cohere.com/reference/errors"),
        new("Cohere", 429, """{"message":"You are using a Trial key, which is limited to 10 API calls / minute."}""",
            VerdictKind.RateLimited, "https://docs.cohere.com/reference/errors"),
        new("Cohere", 404, """{"message":"model 'command-9' not found, make sure the correct model ID was used and that you have access to the model."}""",
            VerdictKind.ModelNotFound, "https://docs.cohere.com/reference/errors"),

        new("Groq", 400, """{"error":{"message":"Please reduce the length of the messages or completion.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""",
            VerdictKind.ContextWindow, "https://console.groq.com/docs/errors"),
        new("Groq", 429, """{"error":{"message":"Rate limit reached for model `llama3-70b-8192` in organization `org_123` on tokens per minute (TPM): Limit 5000, Used 5747, Requested ~4251. Please try again in 59.977s. Visit https://console.groq.com/docs/rate-limits for more information.","type":"tokens","code":"rate_limit_exceeded"}}""",
            VerdictKind.RateLimited, "https://github.com/crewAIInc/crewAI/issues/494", 60, "retry-after: 60|x-ratelimit-reset-requests: 2m59.56s|x-ratelimit-remaining-tokens: 0"),
        new("Groq", 413, """{"error":{"message":"Request too large for model `llama-3.1-8b-instant` in organization `org_1` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 12328, please reduce your message size and try again.","type":"tokens","code":"rate_limit_exceeded"}}""",
            VerdictKind.RateLimited, "https://github.com/ray-amjad/hyperwhisper-app/pull/99"),
        new("Groq", 400, """{"error":{"message":"The model `qwen-qwq-32b` has been decommissioned and is no longer supported. Please refer to https://console.groq.com/docs/deprecations for a recommendation on which model to use instead.","type":"invalid_request_error","code":"model_decommissioned"}}""",
            VerdictKind.ModelNotFound, "https://github.com/atiilla/sqlmap-ai/issues/3"),
        new("Groq", 404, """{"error":{"message":"The model `llama-3.1-405b-reasoning` does not exist or you do not have access to it.","type":"invalid_request_error","code":"model_not_found"}}""",
            VerdictKind.ModelNotFound, "https://github.com/BerriAI/litellm/issues/5312"),
        new("Groq", 498, """{"error":{"message":"Flex tier capacity exceeded. Please try again later.","type":"internal_server_error","code":"capacity_exceeded"}}""",
            VerdictKind.RateLimited, "https://console.groq.com/docs/flex-processing"),
        new("Groq", 400, """{"error":{"message":"max_tokens for `llama-3.1-8b-instant` must be less than or equal to 8000","type":"invalid_request_error"}}""",
            VerdictKind.BadRequest, "https://github.com/skapadia3214/groq-moa/issues/8"),

        new("Mistral", 400, """{"object":"error","message":"Prompt contains 1000172 tokens and 0 draft tokens, too large for model with 40960 maximum context length","type":"invalid_request_prompt","param":null,"code":"3051"}""",
            VerdictKind.ContextWindow, "https://docs.mistral.ai/api/"),
        new("Mistral", 429, """{"object":"error","message":"Service tier capacity exceeded for this model.","type":"invalid_request_error","param":null,"code":null}""",
            VerdictKind.RateLimited, "https://github.com/continuedev/continue/issues/6185"),
        new("Mistral", 429, """{"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,"code":"1300","raw_status_code":429}""",
            VerdictKind.RateLimited, "https://github.com/raycast/extensions/issues/31107"),
        new("Mistral", 400, """{"object":"error","message":"Invalid model: mistral-medium-3.5","type":"invalid_model","param":null,"code":"1500","raw_status_code":400}""",
            VerdictKind.ModelNotFound, "https://github.com/mistralai/mistral-vibe/issues/617"),
        new("Mistral", 422, """{"detail":[{"type":"extra_forbidden","loc":["body","store"],"msg":"Extra inputs are not permitted","input":false},{"type":"extra_forbidden","loc":["body","max_completion_tokens"],"msg":"Extra inputs are not permitted","input":8192}]}""",
            VerdictKind.BadRequest, "https://github.com/Gitlawb/openclaude/issues/739"),
        new("Mistral", 401, """{"detail":"Unauthorized"}""", VerdictKind.Auth, "https://docs.mistral.ai/api/"),

        new("vLLM", 400, """{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 4169 tokens (3657 in the messages, 512 in the completion). Please reduce the length of the messages or completion.","type":"BadRequestError","param":null,"code":400}""",
            VerdictKind.ContextWindow, "https://github.com/vllm-project/vllm/issues/20409"),
        new("vLLM 0.16", 400, """{"error":{"message":"You passed 1015 input tokens and requested 10 output tokens. However, the model's context length is only 1024 tokens, resulting in a maximum input length of 1014 tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value=1015)","type":"BadRequestError","param":"input_tokens","code":400}}""",
            VerdictKind.ContextWindow, "https://github.com/harbor-framework/harbor/pull/996"),
        new("vLLM", 404, """{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}""",
            VerdictKind.ModelNotFound, "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html"),
        new("vLLM", 400, """{"object":"error","message":"max_tokens must be at least 1, got -186.","type":"BadRequestError","param":null,"code":400}""",
            VerdictKind.BadRequest, "https://github.com/vllm-project/vllm/issues/4667"),
        new("vLLM (FastAPI echoes the input)", 422, """{"detail":[{"loc":["body","n"],"msg":"value is not a valid integer","input":"this model's maximum context length"}]}""",
            VerdictKind.BadRequest, "made up"),

        new("OpenRouter", 403, """{"error":{"message":"openai/gpt-4o requires moderation on OpenAI. Your input was flagged for \"harassment\". No credits were charged.","code":403,"metadata":{"reasons":["harassment"],"flagged_input":"...","provider_name":"OpenAI","model_slug":"openai/gpt-4o"}}}""",
            VerdictKind.ContentPolicy, OpenRouterErrors),
        new("OpenRouter", 403, """{"error":{"message":"Provider returned error","code":403,"metadata":{"error_type":"content_policy_violation","provider_name":"Google"}}}""",
            VerdictKind.ContentPolicy, OpenRouterErrors),
        new("OpenRouter", 400, """{"error":{"message":"This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens (139000 of text input, 1000 in the output). Please reduce the length of either one, or use the \"middle-out\" transform to compress your prompt automatically.","code":400,"metadata":{"provider_name":null}}}""",
            VerdictKind.ContextWindow, OpenRouterErrors),
        new("OpenRouter", 400, """{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long: 219898 tokens > 200000 maximum\"}}","provider_name":"Anthropic"}}}""",
            VerdictKind.ContextWindow, OpenRouterErrors),
        new("OpenRouter", 402, """{"error":{"message":"Insufficient credits. Add more using https://openrouter.ai/settings/credits","code":402}}""",
            VerdictKind.Auth, OpenRouterErrors),
        new("OpenRouter", 404, """{"error":{"message":"No endpoints found for moonshotai/kimi-k2.","code":404}}""",
            VerdictKind.ModelNotFound, "https://github.com/anomalyco/opencode/issues/1558"),
        new("OpenRouter", 400, """{"error":{"message":"openai/gpt-99 is not a valid model ID","code":400}}""",
            VerdictKind.ModelNotFound, OpenRouterErrors),
        new("OpenRouter", 429, """{"error":{"message":"Rate limit exceeded: free-models-per-min.","code":429,"metadata":{"headers":{"X-RateLimit-Limit":"20","X-RateLimit-Remaining":"0","X-RateLimit-Reset":"1795248030000"},"provider_name":null}}}""",
            VerdictKind.RateLimited, OpenRouterErrors, 30, "X-RateLimit-Limit: 20|X-RateLimit-Remaining: 0|X-RateLimit-Reset: 1795248030000"),
        new("OpenRouter", 502, """{"error":{"message":"Provider returned error","code":502,"metadata":{"raw":"upstream connect error","provider_name":"x"}}}""",
            VerdictKind.Upstream5xx, OpenRouterErrors),

        new("Together", 400, """{"error":{"message":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097. Given: 80125 `inputs` tokens and 4096 `max_new_tokens`","type":"invalid_request_error","param":"max_tokens","code":null}}""",
            VerdictKind.ContextWindow, "https://github.com/BerriAI/litellm/issues/4934"),
        new("Together (escaped by .NET)", 422, """{"error":{"message":"Input validation error: \u0060inputs\u0060 tokens \u002B \u0060max_new_tokens\u0060 must be \u003C= 2048. Given: 2019","type":"invalid_request_error"}}""",
            VerdictKind.ContextWindow, "made up"),
        new("Together", 400, """{"id":"1","error":{"message":"Unable to access non-serverless model meta-llama/Llama-3-8b-chat-hf. Please visit https://api.together.ai/models/meta-llama/Llama-3-8b-chat-hf to create and start a new dedicated endpoint for the model.","type":"invalid_request_error","param":null,"code":"model_not_available"}}""",
            VerdictKind.ModelNotFound, "https://github.com/HeyPuter/puter/issues/3168"),

        new("DeepSeek", 400, """{"error":{"message":"This model's maximum context length is 131072 tokens. However, you requested 131134 tokens (122942 in the messages, 8192 in the completion). Please reduce the length of the messages or completion.","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""",
            VerdictKind.ContextWindow, "https://github.com/evalstate/fast-agent/issues/621"),
        new("DeepSeek", 402, """{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}""",
            VerdictKind.Auth, "https://github.com/Aider-AI/aider/issues/4851"),
        new("DeepSeek", 400, """{"error":{"message":"Content Exists Risk","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""",
            VerdictKind.ContentPolicy, "https://github.com/666ghj/BettaFish/issues/108"),
        new("DeepSeek (2024)", 400, """{"detail":"Content Exists Risk"}""", VerdictKind.ContentPolicy, "https://github.com/deepseek-ai/DeepSeek-V2/issues/30"),
        new("DeepSeek", 400, """{"error":{"message":"Model Not Exist","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""",
            VerdictKind.ModelNotFound, "https://api-docs.deepseek.com/quick_start/error_codes"),
        new("DeepSeek", 400, """{"error":{"message":"The reasoning_content in the thinking mode must be passed back to the API.","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""",
            VerdictKind.BadRequest, "https://github.com/JohnnyZ93/oai-compatible-copilot/issues/202"),

        new("Fireworks", 400, """{"error":{"object":"error","type":"invalid_request_error","code":"invalid_request_error","message":"The prompt is too long: 1000008, model maximum context length: 131071"}}""",
            VerdictKind.ContextWindow, "https://docs.fireworks.ai/guides/inference-error-codes"),
        new("Fireworks", 404, """{"message":"Model not found, inaccessible, and/or not deployed","param":"model","code":"NOT_FOUND","type":"error"}""",
            VerdictKind.ModelNotFound, "https://github.com/warpdotdev/warp/issues/15107"),

        new("xAI", 400, """{"code":"Client specified an invalid argument","error":"This model's maximum prompt length is 131072 but the request contains 136973 tokens."}""",
            VerdictKind.ContextWindow, "https://github.com/cline/cline/issues/3120"),
        new("xAI", 400, """{"code":"Client specified an invalid argument","error":"Incorrect API key provided: na***ys. You can obtain an API key from https://console.x.ai."}""",
            VerdictKind.Auth, "https://github.com/continuedev/continue/issues/10778"),
        new("xAI", 403, """{"code":"The caller does not have permission to execute the specified operation","error":"Content violates usage guidelines. Team: 1, API key ID: 2, Model: grok-4-0709, Failed check: SAFETY_CHECK_TYPE_BIO"}""",
            VerdictKind.ContentPolicy, "https://github.com/UKGovernmentBEIS/inspect_ai/pull/2267"),

        new("Ollama", 404, """{"error":{"message":"model \"llama9\" not found, try pulling it first","type":"api_error","param":null,"code":null}}""",
            VerdictKind.ModelNotFound, "https://github.com/netease-youdao/QAnything/issues/555"),
        new("Ollama (embeddings)", 400, """{"error":"the input length exceeds the context length"}""",
            VerdictKind.ContextWindow, "https://docs.ollama.com/api/openai-compatibility"),
        new("llama.cpp", 400, """{"error":{"code":400,"message":"the request exceeds the available context size. try increasing the context size or enable context shift","type":"exceed_context_size_error","n_prompt_tokens":14429,"n_ctx":8192}}""",
            VerdictKind.ContextWindow, "https://github.com/oobabooga/textgen/issues/7257"),
        new("llama.cpp (2025)", 500, """{"error":{"code":500,"message":"the request exceeds the available context size. try increasing the context size or enable context shift","type":"exceed_context_size_error","n_prompt_tokens":1407,"n_ctx":256}}""",
            VerdictKind.ContextWindow, "https://github.com/ggml-org/llama.cpp/pull/15780"),
        new("llama.cpp", 503, """{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}""",
            VerdictKind.Upstream5xx, "https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md"),

        new("Cerebras", 429, """{"message":"Requests per minute limit exceeded - too many requests sent.","type":"too_many_requests_error","param":"quota","code":"request_quota_exceeded"}""",
            VerdictKind.RateLimited, "https://github.com/nminaya/grammar-nazi-bot/issues/958", 33.5, "x-ratelimit-remaining-tokens-minute: 29000|x-ratelimit-reset-tokens-minute: 33.5"
            + "|x-ratelimit-remaining-requests-minute: 0|x-ratelimit-reset-requests-minute: 33.5|x-ratelimit-remaining-requests-day: 100|x-ratelimit-reset-requests-day: 33011.38"),
        new("Alibaba", 400, """{"error":{"message":"<400> InternalError.Algo.DataInspectionFailed: Input text data may contain inappropriate content.","type":"data_inspection_failed","param":null,"code":"data_inspection_failed","id":"1","request_id":"1"}}""",
            VerdictKind.ContentPolicy, "https://github.com/CommandCodeAI/command-code/issues/813"),
        new("GitHub Copilot", 400, """{"error":{"message":"prompt token count of 93854 exceeds the limit of 90000","param":"","code":"","type":""}}""",
            VerdictKind.ContextWindow, "https://github.com/jjleng/copilot-more/issues/35"),

        // The endpoint is not there.
        new("Groq", 404, """{"error":{"message":"Unknown request URL: POST /openai/v1/v1/chat/completions. Please check the URL for typos, or see the docs at https://console.groq.com/docs/","type":"invalid_request_error","code":"unknown_url"}}""",
            VerdictKind.NotSupported, "https://github.com/ChatGPTNextWeb/NextChat/issues/4599"),
        new("OpenAI", 404, """{"error":{"message":"Invalid URL (POST /v1/rerank)","type":"invalid_request_error","param":null,"code":null}}""",
            VerdictKind.NotSupported, "https://github.com/harry0703/MoneyPrinterTurbo/issues/57"),
        new("vLLM", 404, """{"detail":"Not Found"}""", VerdictKind.NotSupported, "https://fastapi.tiangolo.com/tutorial/handling-errors/"),
        new("vLLM", 405, """{"detail":"Method Not Allowed"}""", VerdictKind.NotSupported, "https://fastapi.tiangolo.com/tutorial/handling-errors/"),
        new("llama.cpp", 501, """{"error":{"code":501,"message":"This server does not support embeddings. Start it with `--embeddings`","type":"not_supported_error"}}""",
            VerdictKind.NotSupported, "https://github.com/ggml-org/llama.cpp/issues/14223"),
        new("any", 404, """{"error":{"message":"Model x not found"}}""", VerdictKind.ModelNotFound, "made up"),

        // No JSON: the status alone.
        new("nginx", 502, Html, VerdictKind.Upstream5xx, "https://nginx.org"),
        new("nginx", 413, "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>prompt is too long</body></html>", VerdictKind.BadRequest, "made up"),
        new("Cloudflare", 520, "<!DOCTYPE html>\n<title>Web server is returning an unknown error</title>", VerdictKind.Upstream5xx, "made up"),
        new("Cloudflare", 524, "error code: 524", VerdictKind.Upstream5xx, "made up"),
        new("Cloudflare", 403, "<!DOCTYPE html><title>Attention Required! | Cloudflare</title>", VerdictKind.Auth, "made up"),
        new("Cloudflare", 429, "error code: 1015", VerdictKind.RateLimited, "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/", 12, "Retry-After: 12"),
        new("any", 404, "404 page not found", VerdictKind.NotSupported, "https://pkg.go.dev/net/http#NotFound"),
        new("any", 400, "", VerdictKind.BadRequest, "https://www.rfc-editor.org/rfc/rfc9110#section-15"),
        new("any", 405, "", VerdictKind.NotSupported, "https://www.rfc-editor.org/rfc/rfc9110#section-15"),
        new("any", 408, "", VerdictKind.BadRequest, "https://www.rfc-editor.org/rfc/rfc9110#section-15"),
        new("any", 409, "", VerdictKind.BadRequest, "https://www.rfc-editor.org/rfc/rfc9110#section-15"),
        new("any", 422, "", VerdictKind.BadRequest, "https://www.rfc-editor.org/rfc/rfc9110#section-15"),
        new("any", 504, "", VerdictKind.Upstream5xx, "https://www.rfc-editor.org/rfc/rfc9110#section-15"),
        new("any", 599, "", VerdictKind.Upstream5xx, "https://www.rfc-editor.org/rfc/rfc9110#section-15"),
    ];

    /// <summary>Errors as events of a 200 stream, or as bodies of a 200 response; the status is what the row is told by.</summary>
    internal static readonly ProviderAnswer[] InStream =
    [
        new("Anthropic", 200, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", VerdictKind.RateLimited, AnthropicErrors),
        new("Anthropic", 200, """{"type":"error","error":{"details":null,"type":"invalid_request_error","message":"Output blocked by content filtering policy"},"request_id":"req_1"}""",
            VerdictKind.ContentPolicy, "https://github.com/anthropics/claude-code/issues/55789"),
        new("Anthropic", 200, """{"type":"error","error":{"type":"api_error","message":"Internal server error"}}""", VerdictKind.Upstream5xx, AnthropicErrors),
        new("OpenAI", 200, """{"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}""",
            VerdictKind.Upstream5xx, OpenAiCodes),
        new("OpenAI", 200, """{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""",
            VerdictKind.RateLimited, OpenAiCodes),
        new("OpenAI (Responses)", 200, """{"type":"response.failed","sequence_number":3,"response":{"id":"resp_1","object":"response","status":"failed","error":{"code":"rate_limit_exceeded","message":"Rate limit reached for gpt-5"}}}""",
            VerdictKind.RateLimited, "https://platform.openai.com/docs/api-reference/responses-streaming"),
        new("OpenAI (Responses)", 200, """{"type":"error","code":"context_length_exceeded","message":"Your input exceeds the context window of this model.","param":null,"sequence_number":1}""",
            VerdictKind.ContextWindow, "https://platform.openai.com/docs/api-reference/responses-streaming"),
        new("Groq", 200, """{"error":{"message":"Over capacity","type":"internal_server_error"}}""", VerdictKind.Upstream5xx, "https://console.groq.com/docs/errors"),
        new("Groq", 200, """{"error":{"message":"Please reduce the length of the messages or completion.","type":"invalid_request_error","code":"context_length_exceeded"}}""",
            VerdictKind.ContextWindow, "https://console.groq.com/docs/errors"),
        new("OpenRouter", 200, """{"id":"gen-1","object":"chat.completion.chunk","created":1,"model":"x","provider":"y","error":{"code":502,"message":"Provider disconnected","metadata":{"error_type":"provider_unavailable"}},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}""",
            VerdictKind.Upstream5xx, "https://github.com/damianvtran/local-operator/pull/223"),
        new("OpenRouter", 200, """{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"model is temporarily rate-limited upstream","provider_name":"x"}}}""",
            VerdictKind.RateLimited, OpenRouterErrors),
        new("OpenRouter", 200, """{"error":{"message":"Your request timed out","code":408}}""", VerdictKind.BadRequest, OpenRouterErrors),
        new("Gemini", 200, """[{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}]""", VerdictKind.Upstream5xx, "https://ai.google.dev/gemini-api/docs/troubleshooting"),
        new("Gemini", 200, """{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"17.3s"}]}}""", VerdictKind.RateLimited, "https://cloud.google.com/apis/design/errors", 17.3),
        new("Mistral", 200, """{"object":"error","message":"Service tier capacity exceeded for this model.","type":"invalid_request_error","param":null,"code":"3505"}""",
            VerdictKind.RateLimited, "https://docs.mistral.ai/api/"),
        new("vLLM", 200, """{"error":{"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","param":null,"code":400}}""",
            VerdictKind.ContextWindow, "https://github.com/vllm-project/vllm/issues/20409"),
        new("vLLM", 200, """{"object":"error","message":"EngineCore encountered an issue.","type":"InternalServerError","param":null,"code":500}""", VerdictKind.Upstream5xx, "https://docs.vllm.ai"),
        new("llama.cpp", 200, """{"error":{"message":"the request exceeds the available context size","code":400}}""", VerdictKind.ContextWindow, "https://github.com/oobabooga/textgen/issues/7257"),
        new("any", 200, """{"error":"boom"}""", VerdictKind.Upstream5xx, "https://github.com/ollama/ollama/blob/main/docs/api.md"),
        new("any", 200, """{"error":true}""", VerdictKind.Upstream5xx, "made up"),
        new("Bedrock", 200, """{"message":"Too many tokens, please wait before trying again."}""", VerdictKind.RateLimited, "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html"),

        // No error.
        new("any", 200, """{"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"maximum context length"},"finish_reason":null}]}""", VerdictKind.Answer, "made up"),
        new("any", 200, """{"choices":[],"error":null,"message":"x"}""", VerdictKind.Answer, "made up"),
        new("any", 200, """{"type":"response.completed","response":{"error":null,"output":[]}}""", VerdictKind.Answer, "made up"),
        new("any", 200, "[DONE]", VerdictKind.Answer, "made up"),
        new("any", 200, "", VerdictKind.Malformed, "made up"),
        new("any", 200, "<html>", VerdictKind.Malformed, "made up"),
        new("any", 200, """{"error":{"message":"cut""", VerdictKind.Malformed, "made up"),
        new("any", 200, "42", VerdictKind.Malformed, "made up"),
    ];
}

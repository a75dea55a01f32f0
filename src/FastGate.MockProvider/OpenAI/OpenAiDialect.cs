using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using FastGate.MockProvider.Behaviours;
using FastGate.MockProvider.Calls;
using FastGate.MockProvider.Delivery;
using FastGate.MockProvider.Http;

namespace FastGate.MockProvider.OpenAI;

/// <summary>
/// The OpenAI API. A request is judged in the order the real service judges it: path and method, key, body, model, fields; only a
/// request that would be served there gets to its model's behaviour.
/// </summary>
internal sealed class OpenAiDialect(MockOptions options, Planner planner) : IDialect
{
    private static readonly Dictionary<string, JsonEndpoint> JsonEndpoints = new(StringComparer.Ordinal)
    {
        ["/v1/chat/completions"] = new(ChatEndpoint.Answer, ChatEndpoint.Fields),
        ["/v1/completions"] = new(CompletionsEndpoint.Answer, CompletionsEndpoint.Fields),
        ["/v1/responses"] = new(ResponsesEndpoint.Answer, ResponsesEndpoint.Fields) { Unknown = OpenAiRejection.UnknownParameter },
        ["/v1/embeddings"] = new(EmbeddingsEndpoint.Answer, EmbeddingsEndpoint.Fields),
        ["/v1/moderations"] = new(ModerationsEndpoint.Answer, ModerationsEndpoint.Fields) { ModelIsOptional = true },
        ["/v1/images/generations"] = new(ImagesEndpoint.Answer, ImagesEndpoint.Fields) { ModelIsOptional = true },
        ["/v1/audio/speech"] = new(SpeechEndpoint.Answer, SpeechEndpoint.Fields),
        ["/v1/rerank"] = new(RerankEndpoint.Answer, RerankEndpoint.Fields),
    };

    private const string Transcriptions = "/v1/audio/transcriptions";
    private const string ModelsPath = "/v1/models";

    public bool Owns(MockRequest request) => request.Path.StartsWith("/v1/", StringComparison.Ordinal);

    public Reply Handle(MockRequest request, CallEntry call)
    {
        var pace = new Pace { Slice = options.Slice };
        try
        {
            return Judge(request, call, ref pace);
        }
        catch (OpenAiRejection rejection)
        {
            // An error comes late and in slices as an answer would, and is else whole.
            pace = new Pace { BeforeHead = pace.BeforeHead, Slice = pace.Slice };
            return new Reply(Outcome.Answer, Dressed(ErrorJson.Answer(rejection), pace, rejection), pace);
        }
    }

    public WholeAnswer HttpError(int status, string message) =>
        (WholeAnswer)Dressed(ErrorJson.Answer(new OpenAiRejection(status, message, "invalid_request_error", null, null)), new Pace(), null);

    private Reply Judge(MockRequest request, CallEntry entry, ref Pace pace)
    {
        // 1. Path and method.
        bool isModels = request.Path == ModelsPath || request.Path.StartsWith(ModelsPath + "/", StringComparison.Ordinal);
        JsonEndpoint? endpoint = JsonEndpoints.GetValueOrDefault(request.Path);
        if (!isModels && endpoint is null && request.Path != Transcriptions)
        {
            throw OpenAiRejection.UnknownPath(request.Method, request.Path);
        }

        if (request.Method != (isModels ? "GET" : "POST"))
        {
            throw OpenAiRejection.WrongMethod(request.Method, request.Path);
        }

        // 2. Key.
        string key = CheckKey(request);

        // 3. Body, model, fields.
        var call = new OpenAiCall(request, options, planner);
        if (isModels)
        {
            return new Reply(Outcome.Answer, Dressed(ModelsEndpoint.Answer(call), pace, null), pace);
        }

        Answer answer = endpoint is null ? AnswerTranscription(call, entry) : AnswerJson(call, endpoint, entry);

        // 4. What the model does instead, or how it does it.
        Plan plan = planner.Decide(call.Model, call.Parameters);
        pace = plan.Pace;
        switch (plan.Outcome)
        {
            case Outcome.Reset or Outcome.Silent:
                return new Reply(plan.Outcome, null, plan.Pace);
            case Outcome.AnswerWithoutPrefill when !call.EndsWithAssistant:
            case Outcome.Answer:
                return new Reply(Outcome.Answer, Dressed(answer, plan.Pace, null), plan.Pace);
            default:
                throw RejectionFor(plan, call, key);
        }
    }

    private OpenAiRejection RejectionFor(Plan plan, OpenAiCall call, string key) => plan.Outcome switch
    {
        Outcome.ServerError => OpenAiRejection.ServerError(),
        Outcome.Unavailable => OpenAiRejection.Unavailable(),
        Outcome.RateLimited => OpenAiRejection.RateLimited(call.Model, "org-" + options.Name, RetryAfter(plan.Parameters)),
        Outcome.ContextLength => OpenAiRejection.ContextLength(call.Request.Path == "/v1/responses" ? "input" : "messages", Math.Max(1, call.PromptTokens)),
        Outcome.ContentPolicy => plan.Parameters.Code == "content_filter" ? OpenAiRejection.AzureContentFilter() : OpenAiRejection.ContentPolicy(),
        Outcome.BadKey => OpenAiRejection.WrongKey(key),
        Outcome.AnswerWithoutPrefill => OpenAiRejection.NoPrefill(plan.Parameters.Refusal),
        _ => throw new ArgumentOutOfRangeException(nameof(plan), plan.Outcome, null),
    };

    private static string? RetryAfter(MockParameters parameters) => parameters.RetryAfter switch
    {
        null => "1",
        "none" => null,
        string value => value,
    };

    private string CheckKey(MockRequest request)
    {
        string? header = request.Header("Authorization");
        if (header is null || !header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || header["Bearer ".Length..].Trim() is not { Length: > 0 } key)
        {
            throw OpenAiRejection.NoKey();
        }

        return options.RequiredKey is null || options.RequiredKey == key ? key : throw OpenAiRejection.WrongKey(key);
    }

    private Answer AnswerJson(OpenAiCall call, JsonEndpoint endpoint, CallEntry entry)
    {
        string? contentType = call.Request.Header("Content-Type");
        if (!MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type) || !"application/json".Equals(type.MediaType, StringComparison.OrdinalIgnoreCase))
        {
            throw OpenAiRejection.ContentType(contentType, "application/json");
        }

        using JsonDocument document = JsonBody.Parse(call.Request.Body);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw OpenAiRejection.BadJson();
        }

        call.Body = RequestFields.Of(document.RootElement, "");
        string? model = call.Body.Text("model");
        if (model is null && !endpoint.ModelIsOptional)
        {
            throw OpenAiRejection.NoModel();
        }

        call.Stream = call.Body.Flag("stream");
        call.Model = model ?? "";
        entry.Names(call.Model, call.Stream);
        if (model is not null && !planner.Knows(model))
        {
            throw OpenAiRejection.UnknownModel(model);
        }

        call.Body.AllowOnly(endpoint.Fields, endpoint.Unknown);
        call.Parameters = OpenAiCall.ParametersIn(call.Body);
        entry.Tagged(call.Parameters.Tag);
        return endpoint.Answer(call);
    }

    private Answer AnswerTranscription(OpenAiCall call, CallEntry entry)
    {
        MultipartForm form = MultipartForm.Read(call.Request) ?? throw OpenAiRejection.ContentType(call.Request.Header("Content-Type"), "multipart/form-data");
        call.Model = form.Text("model") ?? throw OpenAiRejection.NoModel();
        call.Stream = form.Text("stream") == "true";
        entry.Names(call.Model, call.Stream);
        return planner.Knows(call.Model) ? TranscriptionsEndpoint.Answer(call, form) : throw OpenAiRejection.UnknownModel(call.Model);
    }

    /// <summary>Adds the headers the real service sends with every answer.</summary>
    private Answer Dressed(Answer answer, Pace pace, OpenAiRejection? rejection)
    {
        bool limited = rejection?.Status == 429;
        var headers = new List<KeyValuePair<string, string>>
        {
            new("x-request-id", "req_" + Guid.NewGuid().ToString("N")),
            new("openai-organization", "org-" + options.Name),
            new("openai-processing-ms", (1 + (long)pace.BeforeHead.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)),
            new("openai-version", "2020-10-01"),
            new("x-ratelimit-limit-requests", "500"),
            new("x-ratelimit-limit-tokens", "200000"),
            new("x-ratelimit-remaining-requests", limited ? "0" : "499"),
            new("x-ratelimit-remaining-tokens", "199000"),
            new("x-ratelimit-reset-requests", limited ? "1s" : "120ms"),
            new("x-ratelimit-reset-tokens", "300ms"),
        };
        if (rejection?.RetryAfter is { } retryAfter)
        {
            headers.Add(new("Retry-After", retryAfter));
        }

        return answer with { Headers = [.. headers, .. answer.Headers] };
    }

    private sealed record JsonEndpoint(Func<OpenAiCall, Answer> Answer, IReadOnlySet<string> Fields)
    {
        internal bool ModelIsOptional { get; init; }

        internal Func<string, OpenAiRejection> Unknown { get; init; } = OpenAiRejection.UnknownArgument;
    }
}

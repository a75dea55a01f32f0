namespace FastGate.Proxy.Responses;

/// <summary>An error that the gateway itself answers with: the contract's table.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Type">The OpenAI error type.</param>
/// <param name="Code">The contract's code.</param>
/// <param name="Message">What is wrong, and what to do about it. Never holds a key.</param>
/// <param name="Param">The member of the request that is concerned, or null.</param>
internal sealed record GatewayError(int Status, string Type, string Code, string Message, string? Param = null)
{
    private const string InvalidRequest = "invalid_request_error";

    internal static GatewayError InvalidJson(string message) => new(400, InvalidRequest, "invalid_json", message);

    internal static GatewayError Invalid(string message, string? param = null) => new(400, InvalidRequest, "invalid_request", message, param);

    internal static GatewayError MalformedHttp(int status, string message) =>
        new(status, InvalidRequest, status == 431 ? "request_header_fields_too_large" : "invalid_request", message);

    internal static GatewayError Unauthorized(bool given) => new(401, InvalidRequest, "invalid_api_key", given
        ? "The API key is not one of this gateway's client keys."
        : "No API key was given. Send one of this gateway's client keys as 'Authorization: Bearer KEY' (or x-api-key, api-key, x-goog-api-key).");

    internal static GatewayError NoSuchStream(string message) => new(404, InvalidRequest, "stream_not_found", message);

    internal static GatewayError NotYourStream { get; } = new(403, InvalidRequest, "stream_forbidden",
        "The stream was begun with another client key; resume it with the key that began it.");

    internal static GatewayError ModelNotFound(string model, string hint) =>
        new(404, InvalidRequest, "model_not_found", $"The model '{model}' does not exist here. {hint}", "model");

    internal static GatewayError UnknownPath(string path) =>
        new(404, InvalidRequest, "unknown_path", $"There is nothing at {path}. The OpenAI API is below /v1, for example POST /v1/chat/completions.");

    internal static GatewayError WrongMethod(string method, string path, string allowed) =>
        new(405, InvalidRequest, "method_not_allowed", $"{method} is not allowed for {path}; use {allowed}.");

    internal static GatewayError RequestTimeout(string what) =>
        new(408, InvalidRequest, "request_timeout", $"The request's {what} did not arrive in time.");

    internal static GatewayError Conflict(string message) => new(409, InvalidRequest, "idempotency_conflict", message, "idempotency-key");

    internal static GatewayError TooLarge(long limit) =>
        new(413, InvalidRequest, "request_too_large", $"The request body is larger than the {limit} bytes this gateway accepts (server.max_body).");

    internal static GatewayError UnsupportedMediaType(string given) =>
        new(400, InvalidRequest, "invalid_request", $"The content type '{given}' cannot be read here; send application/json.", "content-type");

    internal static GatewayError NotSupported(string message) => new(501, InvalidRequest, "not_supported_by_target", message);

    internal static GatewayError Upstream(string message) => new(502, "api_error", "upstream_error", message);

    internal static GatewayError UpstreamStatus(int status, string message) => new(status, "api_error", "upstream_error", message);

    internal static GatewayError Overloaded(string message) => new(503, "api_error", "overloaded", message);

    internal static GatewayError UpstreamTimeout(string message) => new(504, "api_error", "upstream_timeout", message);
}

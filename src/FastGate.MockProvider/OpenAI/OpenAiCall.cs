using System.Text.Json;
using FastGate.MockProvider.Behaviours;
using FastGate.MockProvider.Http;
using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary>What every endpoint of the dialect is handed: the request, its body where that is JSON, and what is common to all answers.</summary>
internal sealed class OpenAiCall(MockRequest request, MockOptions options, Planner planner)
{
    internal MockRequest Request => request;

    internal MockOptions Options => options;

    internal Planner Planner => planner;

    /// <summary>The body of a JSON endpoint.</summary>
    internal RequestFields Body { get; set; }

    /// <summary>The model named, known to exist; empty for the endpoints that need none.</summary>
    internal string Model { get; set; } = "";

    internal bool Stream { get; set; }

    internal MockParameters Parameters { get; set; } = MockParameters.None;

    /// <summary>What becomes of an answer already begun.</summary>
    internal Continuation Continuation => planner.ContinuationOf(Model, Parameters);

    /// <summary>Set by a chat endpoint: the conversation's last words are the assistant's.</summary>
    internal bool EndsWithAssistant { get; set; }

    /// <summary>Set by the endpoint: what the request's text counts for.</summary>
    internal int PromptTokens { get; set; }

    internal long Created => options.TimeProvider.GetUtcNow().ToUnixTimeSeconds();

    internal string Fingerprint => "fp_" + options.Name;

    internal int AnswerTokens => Parameters.Tokens ?? Math.Max(1, options.Tokens);

    /// <summary>The answer's text: what <c>echo: </c> asks for, else prose of the configured length that depends on the asker's words only.</summary>
    internal string AnswerTo(string question) => question.StartsWith("echo: ", StringComparison.Ordinal) ? question["echo: ".Length..] : Prose.Compose(question, AnswerTokens);

    internal string NewId(string prefix) => prefix + options.Name + Guid.NewGuid().ToString("N");

    /// <summary>Reads the <c>mock_</c> part of <c>metadata</c> and checks the rest against the API's limits.</summary>
    internal static MockParameters ParametersIn(RequestFields body)
    {
        MockParameters parameters = MockParameters.None;
        if (body.Object("metadata") is not { } metadata)
        {
            return parameters;
        }

        int count = 0;
        foreach (JsonProperty entry in metadata.All())
        {
            string path = metadata.PathOf(entry.Name);
            if (entry.Value.ValueKind != JsonValueKind.String)
            {
                throw OpenAiRejection.WrongType(path, "a string", RequestFields.NameOf(entry.Value));
            }

            string value = entry.Value.GetString()!;
            if (++count > 16 || entry.Name.Length > 64 || value.Length > 512)
            {
                throw OpenAiRejection.Invalid("Invalid 'metadata': at most 16 keys of 64 characters with values of 512 characters.", "metadata", "metadata_too_large");
            }

            if (entry.Name.StartsWith("mock_", StringComparison.Ordinal))
            {
                try
                {
                    parameters = parameters.With(entry.Name, value);
                }
                catch (FormatException exception)
                {
                    throw OpenAiRejection.Invalid(exception.Message, path, "invalid_value");
                }
            }
        }

        return parameters;
    }
}

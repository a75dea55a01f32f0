using System.Text.Json;
using System.Text.RegularExpressions;
using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary>One call of a tool in an answer.</summary>
internal readonly record struct ToolCall(string Id, string Name, string Arguments);

/// <summary>
/// The tools of a request and the choice among them. Left to itself (<c>auto</c>) the model calls the first tool once, unless the
/// conversation already ends with a tool's result or the question is an echo.
/// </summary>
internal sealed partial class ToolSet
{
    private readonly List<(string Name, JsonElement? Parameters)> _functions = [];
    private string _choice = "auto";
    private string? _forced;

    /// <summary>A named function was demanded: Chat Completions then finishes with <c>stop</c>, not <c>tool_calls</c>.</summary>
    internal bool IsForced => _forced is not null;

    /// <param name="body">The request.</param>
    /// <param name="nested">Chat Completions puts a function's fields in <c>function</c>, Responses beside <c>type</c>.</param>
    internal static ToolSet Read(RequestFields body, bool nested)
    {
        var set = new ToolSet();
        if (body.TryGet("tools", out _))
        {
            int index = 0;
            foreach (JsonElement element in body.RequiredArray("tools", "an array of objects").EnumerateArray())
            {
                set.Add(RequestFields.Of(element, $"tools[{index++}]"), nested);
            }
        }
        else
        {
            foreach (string field in (string[])["tool_choice", "parallel_tool_calls"])
            {
                if (nested && body.Has(field))
                {
                    throw OpenAiRejection.Invalid($"Invalid value for '{field}': '{field}' is only allowed when 'tools' are specified.", field);
                }
            }
        }

        body.Flag("parallel_tool_calls");
        set.ReadChoice(body, nested);
        return set;
    }

    internal List<ToolCall> Calls(OpenAiCall call, Conversation conversation)
    {
        bool wanted = _choice switch
        {
            "none" => false,
            "required" => true,
            _ => !conversation.EndsWithToolResult && !conversation.EndsWithAssistant && conversation.AskedToGoOn(call) is null
                && !conversation.Question.StartsWith("echo: ", StringComparison.Ordinal),
        };
        var calls = new List<ToolCall>();
        if (!wanted || _functions.Count == 0)
        {
            return calls;
        }

        int count = call.Parameters.ToolCalls ?? 1;
        for (int i = 0; i < count; i++)
        {
            (string name, JsonElement? parameters) = _forced is null ? _functions[i % _functions.Count] : _functions.Find(one => one.Name == _forced);
            string arguments = parameters is { } schema ? SchemaSample.Compose(schema, $"{conversation.Question}/{name}/{i}") : "{}";
            calls.Add(new ToolCall("call_" + Guid.NewGuid().ToString("N")[..24], name, arguments));
        }

        return calls;
    }

    private void Add(RequestFields tool, bool nested)
    {
        tool.Required("type");
        if (nested ? tool.OneOf("type", "function", "custom") != "function" : tool.Text("type") != "function")
        {
            return;
        }

        RequestFields function = nested ? tool.RequiredObject("function") : tool;
        string name = function.RequiredText("name");
        if (!NamePattern().IsMatch(name))
        {
            string path = function.PathOf("name");
            throw OpenAiRejection.Invalid(
                $"Invalid '{path}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.", path, "invalid_value");
        }

        JsonElement? parameters = null;
        if (function.Object("parameters") is not null)
        {
            parameters = function.Required("parameters");
            if (function.Flag("strict"))
            {
                StrictSchema.Check(parameters.Value, name, "function", function.PathOf("parameters"));
            }
        }

        _functions.Add((name, parameters));
    }

    private void ReadChoice(RequestFields body, bool nested)
    {
        if (!body.TryGet("tool_choice", out JsonElement choice))
        {
            return;
        }

        if (choice.ValueKind == JsonValueKind.String)
        {
            _choice = body.OneOf("tool_choice", "none", "auto", "required")!;
            return;
        }

        RequestFields fields = body.RequiredObject("tool_choice");
        fields.Required("type");
        string type = fields.Text("type")!;
        if (type == "allowed_tools")
        {
            RequestFields allowed = nested ? fields.RequiredObject("allowed_tools") : fields;
            _choice = allowed.OneOf("mode", "auto", "required") ?? "auto";
        }
        else if (type == "function")
        {
            string name = (nested ? fields.RequiredObject("function") : fields).RequiredText("name");
            if (!_functions.Exists(function => function.Name == name))
            {
                throw OpenAiRejection.Invalid($"Tool choice 'function' '{name}' not found in 'tools' parameter.", "tool_choice");
            }

            _forced = name;
            _choice = "required";
        }
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    private static partial Regex NamePattern();
}

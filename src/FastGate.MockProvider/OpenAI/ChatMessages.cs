using System.Text;
using System.Text.Json;

namespace FastGate.MockProvider.OpenAI;

/// <summary>Reads and judges <c>messages</c>.</summary>
internal static class ChatMessages
{
    private static readonly string[] Roles = ["system", "assistant", "user", "function", "tool", "developer"];
    private static readonly string[] PartTypes = ["text", "image_url", "input_audio", "refusal", "audio", "file"];

    internal static Conversation Read(RequestFields body)
    {
        if (!body.TryGet("messages", out JsonElement messages))
        {
            throw OpenAiRejection.Missing("messages");
        }

        if (messages.ValueKind != JsonValueKind.Array)
        {
            throw OpenAiRejection.WrongType("messages", "an array of objects", RequestFields.NameOf(messages));
        }

        if (messages.GetArrayLength() == 0)
        {
            throw RequestFields.EmptyArray("messages");
        }

        var turns = new List<Turn>(messages.GetArrayLength());
        var unanswered = new HashSet<string>(StringComparer.Ordinal);
        int index = 0;
        foreach (JsonElement element in messages.EnumerateArray())
        {
            var message = RequestFields.Of(element, $"messages[{index}]");
            if (!message.Has("role"))
            {
                throw OpenAiRejection.Missing(message.PathOf("role"));
            }

            string role = message.OneOf("role", Roles)!;
            CheckToolOrder(message, role, index, unanswered);
            turns.Add(new Turn(role, TextOf(message, role)));
            if (role == "assistant" && message.TryGet("tool_calls", out JsonElement calls))
            {
                AddCalls(message, calls, unanswered);
            }

            index++;
        }

        ThrowIfUnanswered(unanswered);
        return new Conversation(turns);
    }

    /// <summary>Every tool call is answered before the conversation goes on, and nothing else is answered.</summary>
    private static void CheckToolOrder(RequestFields message, string role, int index, HashSet<string> unanswered)
    {
        if (role != "tool")
        {
            ThrowIfUnanswered(unanswered);
            return;
        }

        string id = message.RequiredText("tool_call_id");
        if (!unanswered.Remove(id))
        {
            throw OpenAiRejection.Invalid(
                "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.", $"messages.[{index}].role");
        }
    }

    private static void ThrowIfUnanswered(HashSet<string> unanswered)
    {
        if (unanswered.Count > 0)
        {
            throw OpenAiRejection.Invalid(
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
                + $"The following tool_call_ids did not have response messages: {string.Join(", ", unanswered)}",
                "messages");
        }
    }

    private static void AddCalls(RequestFields message, JsonElement calls, HashSet<string> unanswered)
    {
        string path = message.PathOf("tool_calls");
        if (calls.ValueKind != JsonValueKind.Array)
        {
            throw OpenAiRejection.WrongType(path, "an array of objects", RequestFields.NameOf(calls));
        }

        if (calls.GetArrayLength() == 0)
        {
            throw RequestFields.EmptyArray(path);
        }

        int index = 0;
        foreach (JsonElement element in calls.EnumerateArray())
        {
            var call = RequestFields.Of(element, $"{path}[{index++}]");
            string id = call.RequiredText("id");
            call.Required("type");
            if (call.OneOf("type", "function", "custom") == "function")
            {
                RequestFields function = call.RequiredObject("function");
                function.RequiredText("name");
                function.RequiredText("arguments");
            }

            unanswered.Add(id);
        }
    }

    private static string TextOf(RequestFields message, string role)
    {
        string path = message.PathOf("content");
        if (!message.TryGet("content", out JsonElement content))
        {
            return role == "assistant" && (message.Has("tool_calls") || message.Has("function_call") || message.Has("refusal") || message.Has("audio"))
                ? ""
                : throw OpenAiRejection.Invalid($"Invalid value for 'content': expected a string, got null.", path);
        }

        return content.ValueKind switch
        {
            JsonValueKind.String => content.GetString()!,
            JsonValueKind.Array => TextOfParts(content, path, role),
            _ => throw OpenAiRejection.WrongType(path, "one of a string or array of objects", RequestFields.NameOf(content)),
        };
    }

    private static string TextOfParts(JsonElement parts, string path, string role)
    {
        if (parts.GetArrayLength() == 0)
        {
            throw RequestFields.EmptyArray(path);
        }

        var text = new StringBuilder();
        int index = 0;
        foreach (JsonElement element in parts.EnumerateArray())
        {
            var part = RequestFields.Of(element, $"{path}[{index++}]");
            part.Required("type");
            string type = part.OneOf("type", PartTypes)!;
            if (type is "image_url" or "input_audio" or "file" && role != "user")
            {
                throw OpenAiRejection.Invalid($"Invalid 'messages'. {type} content is only allowed in user messages.", path);
            }

            switch (type)
            {
                case "text":
                    text.Append(part.RequiredText("text"));
                    break;
                case "refusal":
                    text.Append(part.RequiredText("refusal"));
                    break;
                case "image_url":
                    CheckImage(part.RequiredObject("image_url"));
                    break;
                case "input_audio":
                    RequestFields audio = part.RequiredObject("input_audio");
                    audio.RequiredText("data");
                    audio.Required("format");
                    audio.OneOf("format", "wav", "mp3");
                    break;
                default:
                    part.RequiredObject(type);
                    break;
            }
        }

        return text.ToString();
    }

    internal static void CheckImage(RequestFields image)
    {
        CheckImageUrl(image.RequiredText("url"), image.PathOf("url"));
        image.OneOf("detail", "auto", "low", "high");
    }

    internal static void CheckImageUrl(string url, string path)
    {
        bool isLink = Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) && parsed.Scheme is "http" or "https";
        int comma = url.IndexOf(',');
        bool isData = url.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase) && comma > 0
            && System.Buffers.Text.Base64.IsValid(url.AsSpan(comma + 1));
        if (!isLink && !isData)
        {
            throw OpenAiRejection.Invalid("Invalid image URL: expected a valid URL or a base64-encoded data URL of an image.", path, "invalid_image_url");
        }
    }
}

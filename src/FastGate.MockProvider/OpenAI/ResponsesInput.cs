using System.Text;
using System.Text.Json;

namespace FastGate.MockProvider.OpenAI;

/// <summary>Reads and judges <c>input</c> of the Responses API: a string, or messages and tool traffic.</summary>
internal static class ResponsesInput
{
    private static readonly string[] Roles = ["assistant", "system", "developer", "user"];
    private static readonly string[] PartTypes = ["input_text", "input_image", "input_file", "input_audio", "output_text", "refusal"];

    internal static Conversation Read(RequestFields body)
    {
        JsonElement input = body.Required("input");
        if (input.ValueKind == JsonValueKind.String)
        {
            return new Conversation([new Turn("user", input.GetString()!)]);
        }

        if (input.ValueKind != JsonValueKind.Array)
        {
            throw OpenAiRejection.WrongType("input", "one of a string or array of input items", RequestFields.NameOf(input));
        }

        if (input.GetArrayLength() == 0)
        {
            throw RequestFields.EmptyArray("input");
        }

        var turns = new List<Turn>(input.GetArrayLength());
        var calls = new HashSet<string>(StringComparer.Ordinal);
        int index = 0;
        foreach (JsonElement element in input.EnumerateArray())
        {
            var item = RequestFields.Of(element, $"input[{index++}]");
            if (ReadItem(item, calls) is { } turn)
            {
                turns.Add(turn);
            }
        }

        return new Conversation(turns);
    }

    private static Turn? ReadItem(RequestFields item, HashSet<string> calls)
    {
        string type = item.Text("type") ?? "message";
        switch (type)
        {
            case "message":
                item.Required("role");
                return new Turn(item.OneOf("role", Roles)!, TextOf(item));
            case "function_call":
                item.RequiredText("name");
                item.RequiredText("arguments");
                calls.Add(item.RequiredText("call_id"));
                return null;
            case "function_call_output":
                string id = item.RequiredText("call_id");
                return calls.Contains(id)
                    ? new Turn("tool", item.Required("output").ToString())
                    : throw OpenAiRejection.Invalid($"No tool call found for function call output with call_id {id}.", "input");
            case "reasoning":
                return null;
            default:
                throw OpenAiRejection.WrongValue(item.PathOf("type"), type, "message", "function_call", "function_call_output", "reasoning");
        }
    }

    private static string TextOf(RequestFields item)
    {
        JsonElement content = item.Required("content");
        string path = item.PathOf("content");
        if (content.ValueKind == JsonValueKind.String)
        {
            return content.GetString()!;
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            throw OpenAiRejection.WrongType(path, "one of a string or array of objects", RequestFields.NameOf(content));
        }

        var text = new StringBuilder();
        int index = 0;
        foreach (JsonElement element in content.EnumerateArray())
        {
            var part = RequestFields.Of(element, $"{path}[{index++}]");
            part.Required("type");
            switch (part.OneOf("type", PartTypes))
            {
                case "input_text" or "output_text":
                    text.Append(part.RequiredText("text"));
                    break;
                case "input_image" when part.Text("image_url") is { } url:
                    ChatMessages.CheckImageUrl(url, part.PathOf("image_url"));
                    break;
                case "input_image":
                    part.RequiredText("file_id");
                    break;
                case "refusal":
                    text.Append(part.RequiredText("refusal"));
                    break;
            }
        }

        return text.ToString();
    }
}

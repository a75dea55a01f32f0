using System.Text;
using System.Text.Json;
using FastGate.MockProvider.Delivery;
using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary>Chat completions as the API writes them: <c>chat.completion</c>, and <c>chat.completion.chunk</c> events.</summary>
internal sealed class ChatJson(OpenAiCall call, IReadOnlyList<Completion> completions, int? topLogprobs)
{
    private readonly string _id = call.NewId("chatcmpl-");
    private readonly long _created = call.Created;

    internal WholeAnswer Whole() => new(
        200,
        "application/json",
        Json.Bytes(writer =>
        {
            WriteStart(writer, "chat.completion");
            writer.WriteStartArray("choices");
            for (int i = 0; i < completions.Count; i++)
            {
                WriteChoice(writer, i, completions[i]);
            }

            writer.WriteEndArray();
            WriteUsage(writer);
            writer.WriteString("service_tier", "default");
            writer.WriteString("system_fingerprint", call.Fingerprint);
            writer.WriteEndObject();
        }),
        []);

    /// <summary>Choices take turns, one event each, as a batch of samples does.</summary>
    internal List<StreamPiece> Stream(bool includeUsage)
    {
        var pieces = new List<StreamPiece>();
        for (int i = 0; i < completions.Count; i++)
        {
            bool tools = completions[i].ToolCalls.Count > 0;
            pieces.Add(Delta(PieceKind.Opening, i, includeUsage, null, writer =>
            {
                writer.WriteString("role", "assistant");
                writer.WriteString("content", tools ? null : "");
                writer.WriteNull("refusal");
            }));
        }

        List<StreamPiece>[] contents = [.. completions.Select((completion, index) => Content(completion, index, includeUsage))];
        for (int turn = 0; turn < contents.Max(content => content.Count); turn++)
        {
            pieces.AddRange(contents.Where(content => turn < content.Count).Select(content => content[turn]));
        }

        for (int i = 0; i < completions.Count; i++)
        {
            pieces.Add(Delta(PieceKind.Finish, i, includeUsage, completions[i].FinishReason, static _ => { }));
        }

        if (includeUsage)
        {
            pieces.Add(Sse.Data(PieceKind.Closing, writer =>
            {
                WriteChunkStart(writer);
                writer.WriteStartArray("choices");
                writer.WriteEndArray();
                WriteUsage(writer);
                writer.WriteEndObject();
            }));
        }

        pieces.Add(Sse.Done);
        return pieces;
    }

    private List<StreamPiece> Content(Completion completion, int choice, bool includeUsage)
    {
        var pieces = new List<StreamPiece>();
        foreach (string piece in completion.Pieces)
        {
            pieces.Add(Delta(PieceKind.Content, choice, includeUsage, null, writer => writer.WriteString("content", piece), piece));
        }

        for (int i = 0; i < completion.ToolCalls.Count; i++)
        {
            int index = i;
            ToolCall toolCall = completion.ToolCalls[i];
            pieces.Add(Delta(PieceKind.Content, choice, includeUsage, null, writer => WriteToolDelta(writer, index, toolCall, null)));
            foreach (string fragment in Tokens.Split(toolCall.Arguments))
            {
                pieces.Add(Delta(PieceKind.Content, choice, includeUsage, null, writer => WriteToolDelta(writer, index, toolCall, fragment)));
            }
        }

        return pieces;
    }

    private StreamPiece Delta(PieceKind kind, int choice, bool includeUsage, string? finish, Action<Utf8JsonWriter> writeDelta, string? token = null) => Sse.Data(kind, writer =>
    {
        WriteChunkStart(writer);
        writer.WriteStartArray("choices");
        writer.WriteStartObject();
        writer.WriteNumber("index", choice);
        writer.WriteStartObject("delta");
        writeDelta(writer);
        writer.WriteEndObject();
        WriteLogprobs(writer, token is null ? null : [token]);
        writer.WriteString("finish_reason", finish);
        writer.WriteEndObject();
        writer.WriteEndArray();
        if (includeUsage)
        {
            writer.WriteNull("usage");
        }

        writer.WriteEndObject();
    });

    /// <summary>The first fragment names the call, the others only carry arguments.</summary>
    private static void WriteToolDelta(Utf8JsonWriter writer, int index, ToolCall toolCall, string? fragment)
    {
        writer.WriteStartArray("tool_calls");
        writer.WriteStartObject();
        writer.WriteNumber("index", index);
        if (fragment is null)
        {
            writer.WriteString("id", toolCall.Id);
            writer.WriteString("type", "function");
        }

        writer.WriteStartObject("function");
        if (fragment is null)
        {
            writer.WriteString("name", toolCall.Name);
        }

        writer.WriteString("arguments", fragment ?? "");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private void WriteChunkStart(Utf8JsonWriter writer)
    {
        WriteStart(writer, "chat.completion.chunk");
        writer.WriteString("service_tier", "default");
        writer.WriteString("system_fingerprint", call.Fingerprint);
    }

    private void WriteStart(Utf8JsonWriter writer, string kind)
    {
        writer.WriteStartObject();
        writer.WriteString("id", _id);
        writer.WriteString("object", kind);
        writer.WriteNumber("created", _created);
        writer.WriteString("model", call.Model);
    }

    private void WriteChoice(Utf8JsonWriter writer, int index, Completion completion)
    {
        writer.WriteStartObject();
        writer.WriteNumber("index", index);
        writer.WriteStartObject("message");
        writer.WriteString("role", "assistant");
        writer.WriteString("content", completion.Text);
        writer.WriteNull("refusal");
        writer.WriteStartArray("annotations");
        writer.WriteEndArray();
        if (completion.ToolCalls.Count > 0)
        {
            writer.WriteStartArray("tool_calls");
            foreach (ToolCall toolCall in completion.ToolCalls)
            {
                writer.WriteStartObject();
                writer.WriteString("id", toolCall.Id);
                writer.WriteString("type", "function");
                writer.WriteStartObject("function");
                writer.WriteString("name", toolCall.Name);
                writer.WriteString("arguments", toolCall.Arguments);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        WriteLogprobs(writer, completion.Pieces);
        writer.WriteString("finish_reason", completion.FinishReason);
        writer.WriteEndObject();
    }

    private void WriteLogprobs(Utf8JsonWriter writer, IReadOnlyList<string>? tokens)
    {
        if (topLogprobs is not { } alternatives || tokens is null || tokens.Count == 0)
        {
            writer.WriteNull("logprobs");
            return;
        }

        writer.WriteStartObject("logprobs");
        writer.WriteStartArray("content");
        foreach (string token in tokens)
        {
            writer.WriteStartObject();
            WriteLogprob(writer, token, -0.0625);
            writer.WriteStartArray("top_logprobs");
            for (int i = 0; i < alternatives; i++)
            {
                writer.WriteStartObject();
                WriteLogprob(writer, i == 0 ? token : $"{token}{i}", -0.0625 - (2 * i));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNull("refusal");
        writer.WriteEndObject();
    }

    private static void WriteLogprob(Utf8JsonWriter writer, string token, double logprob)
    {
        writer.WriteString("token", token);
        writer.WriteNumber("logprob", logprob);
        writer.WriteStartArray("bytes");
        foreach (byte one in Encoding.UTF8.GetBytes(token))
        {
            writer.WriteNumberValue(one);
        }

        writer.WriteEndArray();
    }

    private void WriteUsage(Utf8JsonWriter writer) => UsageJson.WriteCompletion(writer, call.PromptTokens, completions.Sum(completion => completion.TokenCount));
}

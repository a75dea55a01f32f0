using System.Text;
using System.Text.Json;
using FastGate.MockProvider.Delivery;
using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary>
/// Responses as the API writes them. A stream opens with <c>response.created</c> and <c>response.in_progress</c>; every output item is
/// added, filled and done; it closes with <c>response.completed</c> or <c>response.incomplete</c>. Events are numbered from 0; there is no <c>[DONE]</c>.
/// </summary>
internal sealed class ResponsesJson(OpenAiCall call, Completion completion)
{
    private readonly string _id = call.NewId("resp_");
    private readonly string _messageId = call.NewId("msg_");
    private readonly string[] _callIds = [.. completion.ToolCalls.Select(_ => call.NewId("fc_"))];
    private readonly long _created = call.Created;
    private int _sequence;

    private bool IsIncomplete => completion.FinishReason == "length";

    internal WholeAnswer Whole() => new(200, "application/json", Json.Bytes(writer => WriteResponse(writer, finished: true)), []);

    internal List<StreamPiece> Stream()
    {
        var pieces = new List<StreamPiece>
        {
            Event(PieceKind.Opening, "response.created", writer => WriteResponse(Named(writer, "response"), finished: false)),
            Event(PieceKind.Opening, "response.in_progress", writer => WriteResponse(Named(writer, "response"), finished: false)),
        };
        if (completion.Text is not null)
        {
            AddMessage(pieces);
        }

        for (int i = 0; i < completion.ToolCalls.Count; i++)
        {
            AddCall(pieces, i);
        }

        pieces.Add(Event(
            PieceKind.Finish, IsIncomplete ? "response.incomplete" : "response.completed", writer => WriteResponse(Named(writer, "response"), finished: true)));
        return pieces;
    }

    private void AddMessage(List<StreamPiece> pieces)
    {
        pieces.Add(ItemEvent(PieceKind.Opening, "response.output_item.added", 0, writer => WriteMessage(writer, finished: false)));
        pieces.Add(PartEvent(PieceKind.Opening, "response.content_part.added", writer => WritePart(Named(writer, "part"), "")));
        foreach (string piece in completion.Pieces)
        {
            pieces.Add(PartEvent(PieceKind.Content, "response.output_text.delta", writer =>
            {
                writer.WriteString("delta", piece);
                WriteEmptyArray(writer, "logprobs");
            }));
        }

        // What follows the last delta tells that the text is whole, so a cut comes before it.
        pieces.Add(PartEvent(PieceKind.Finish, "response.output_text.done", writer =>
        {
            writer.WriteString("text", completion.Text);
            WriteEmptyArray(writer, "logprobs");
        }));
        pieces.Add(PartEvent(PieceKind.Finish, "response.content_part.done", writer => WritePart(Named(writer, "part"), completion.Text!)));
        pieces.Add(ItemEvent(PieceKind.Finish, "response.output_item.done", 0, writer => WriteMessage(writer, finished: true)));
    }

    private void AddCall(List<StreamPiece> pieces, int index)
    {
        ToolCall toolCall = completion.ToolCalls[index];
        pieces.Add(ItemEvent(index == 0 ? PieceKind.Opening : PieceKind.Content, "response.output_item.added", index, writer => WriteCall(writer, index, finished: false)));
        foreach (string fragment in Tokens.Split(toolCall.Arguments))
        {
            pieces.Add(Event(PieceKind.Content, "response.function_call_arguments.delta", writer =>
            {
                writer.WriteString("item_id", _callIds[index]);
                writer.WriteNumber("output_index", index);
                writer.WriteString("delta", fragment);
            }));
        }

        PieceKind done = index == completion.ToolCalls.Count - 1 ? PieceKind.Finish : PieceKind.Content;
        pieces.Add(Event(done, "response.function_call_arguments.done", writer =>
        {
            writer.WriteString("item_id", _callIds[index]);
            writer.WriteNumber("output_index", index);
            writer.WriteString("arguments", toolCall.Arguments);
        }));
        pieces.Add(ItemEvent(done, "response.output_item.done", index, writer => WriteCall(writer, index, finished: true)));
    }

    private StreamPiece ItemEvent(PieceKind kind, string type, int outputIndex, Action<Utf8JsonWriter> writeItem) => Event(kind, type, writer =>
    {
        writer.WriteNumber("output_index", outputIndex);
        writer.WritePropertyName("item");
        writeItem(writer);
    });

    private StreamPiece PartEvent(PieceKind kind, string type, Action<Utf8JsonWriter> writeRest) => Event(kind, type, writer =>
    {
        writer.WriteString("item_id", _messageId);
        writer.WriteNumber("output_index", 0);
        writer.WriteNumber("content_index", 0);
        writeRest(writer);
    });

    private StreamPiece Event(PieceKind kind, string type, Action<Utf8JsonWriter> writeRest) => Sse.Named(kind, Encoding.ASCII.GetBytes(type), writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("type", type);
        writer.WriteNumber("sequence_number", _sequence++);
        writeRest(writer);
        writer.WriteEndObject();
    });

    private void WriteResponse(Utf8JsonWriter writer, bool finished)
    {
        writer.WriteStartObject();
        writer.WriteString("id", _id);
        writer.WriteString("object", "response");
        writer.WriteNumber("created_at", _created);
        writer.WriteString("status", !finished ? "in_progress" : IsIncomplete ? "incomplete" : "completed");
        writer.WriteBoolean("background", false);
        writer.WriteNull("error");
        if (finished && IsIncomplete)
        {
            writer.WriteStartObject("incomplete_details");
            writer.WriteString("reason", "max_output_tokens");
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("incomplete_details");
        }

        Echo(writer, "instructions", "null");
        Echo(writer, "max_output_tokens", "null");
        Echo(writer, "max_tool_calls", "null");
        writer.WriteString("model", call.Model);
        writer.WriteStartArray("output");
        if (finished)
        {
            WriteOutput(writer);
        }

        writer.WriteEndArray();
        Echo(writer, "parallel_tool_calls", "true");
        writer.WriteNull("previous_response_id");
        Echo(writer, "prompt_cache_key", "null");
        Echo(writer, "reasoning", """{"effort":null,"summary":null}""");
        Echo(writer, "safety_identifier", "null");
        writer.WriteString("service_tier", finished ? "default" : "auto");
        Echo(writer, "store", "true");
        Echo(writer, "temperature", "1.0");
        Echo(writer, "text", """{"format":{"type":"text"},"verbosity":"medium"}""");
        Echo(writer, "tool_choice", "\"auto\"");
        Echo(writer, "tools", "[]");
        Echo(writer, "top_logprobs", "0");
        Echo(writer, "top_p", "1.0");
        Echo(writer, "truncation", "\"disabled\"");
        if (finished)
        {
            UsageJson.WriteResponse(writer, call.PromptTokens, completion.TokenCount);
        }
        else
        {
            writer.WriteNull("usage");
        }

        Echo(writer, "user", "null");
        Echo(writer, "metadata", "{}");
        writer.WriteEndObject();
    }

    /// <summary>A response repeats what the request asked for, with the defaults filled in.</summary>
    private void Echo(Utf8JsonWriter writer, string field, string otherwise)
    {
        writer.WritePropertyName(field);
        if (call.Body.TryGet(field, out JsonElement value))
        {
            value.WriteTo(writer);
        }
        else
        {
            writer.WriteRawValue(otherwise);
        }
    }

    private void WriteOutput(Utf8JsonWriter writer)
    {
        if (completion.Text is not null)
        {
            WriteMessage(writer, finished: true);
        }

        for (int i = 0; i < completion.ToolCalls.Count; i++)
        {
            WriteCall(writer, i, finished: true);
        }
    }

    private void WriteMessage(Utf8JsonWriter writer, bool finished)
    {
        writer.WriteStartObject();
        writer.WriteString("id", _messageId);
        writer.WriteString("type", "message");
        writer.WriteString("status", !finished ? "in_progress" : IsIncomplete ? "incomplete" : "completed");
        writer.WriteStartArray("content");
        if (finished)
        {
            WritePart(writer, completion.Text!);
        }

        writer.WriteEndArray();
        writer.WriteString("role", "assistant");
        writer.WriteEndObject();
    }

    private static void WritePart(Utf8JsonWriter writer, string text)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "output_text");
        WriteEmptyArray(writer, "annotations");
        WriteEmptyArray(writer, "logprobs");
        writer.WriteString("text", text);
        writer.WriteEndObject();
    }

    private void WriteCall(Utf8JsonWriter writer, int index, bool finished)
    {
        ToolCall toolCall = completion.ToolCalls[index];
        writer.WriteStartObject();
        writer.WriteString("id", _callIds[index]);
        writer.WriteString("type", "function_call");
        writer.WriteString("status", finished ? "completed" : "in_progress");
        writer.WriteString("arguments", finished ? toolCall.Arguments : "");
        writer.WriteString("call_id", toolCall.Id);
        writer.WriteString("name", toolCall.Name);
        writer.WriteEndObject();
    }

    private static void WriteEmptyArray(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartArray(name);
        writer.WriteEndArray();
    }

    private static Utf8JsonWriter Named(Utf8JsonWriter writer, string name)
    {
        writer.WritePropertyName(name);
        return writer;
    }
}

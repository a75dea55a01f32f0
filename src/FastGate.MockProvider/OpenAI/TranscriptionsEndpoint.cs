using System.Text;
using FastGate.MockProvider.Delivery;
using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary><c>POST /v1/audio/transcriptions</c>: a multipart upload; what is "heard" depends on the file's bytes.</summary>
internal static class TranscriptionsEndpoint
{
    private static readonly string[] Formats = ["json", "text", "srt", "verbose_json", "vtt"];
    private static readonly string[] FileTypes = ["flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm"];

    internal static Answer Answer(OpenAiCall call, MultipartForm form)
    {
        FormPart file = form.Part("file") is { FileName: not null } part ? part : throw OpenAiRejection.Missing("file");
        if (!FileTypes.Contains(Path.GetExtension(file.FileName!).TrimStart('.').ToLowerInvariant()))
        {
            throw OpenAiRejection.Invalid($"Unrecognized file format. Supported formats: [{string.Join(", ", FileTypes.Select(type => $"'{type}'"))}]", "file");
        }

        if (file.Content.IsEmpty)
        {
            throw OpenAiRejection.Invalid("The audio file could not be decoded or its format is not supported.", "file");
        }

        string format = form.Text("response_format") ?? "json";
        if (!Formats.Contains(format))
        {
            throw OpenAiRejection.WrongValue("response_format", format, Formats);
        }

        string text = Prose.Compose(Encoding.Latin1.GetString(file.Content.Span), call.AnswerTokens);
        int heard = Math.Max(1, file.Content.Length / 1000);
        if (call.Stream)
        {
            return Stream(text, heard);
        }

        return format switch
        {
            "text" => new WholeAnswer(200, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text + "\n"), []),
            "srt" => new WholeAnswer(200, "application/x-subrip", Encoding.UTF8.GetBytes($"1\n00:00:00,000 --> 00:00:02,000\n{text}\n\n"), []),
            "vtt" => new WholeAnswer(200, "text/vtt", Encoding.UTF8.GetBytes($"WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n{text}\n\n"), []),
            _ => new WholeAnswer(200, "application/json", ToJson(text, heard, verbose: format == "verbose_json"), []),
        };
    }

    private static byte[] ToJson(string text, int heard, bool verbose) => Json.Bytes(writer =>
    {
        writer.WriteStartObject();
        if (verbose)
        {
            writer.WriteString("task", "transcribe");
            writer.WriteString("language", "english");
            writer.WriteNumber("duration", 2.0);
        }

        writer.WriteString("text", text);
        if (verbose)
        {
            writer.WriteStartArray("segments");
            writer.WriteStartObject();
            writer.WriteNumber("id", 0);
            writer.WriteNumber("seek", 0);
            writer.WriteNumber("start", 0.0);
            writer.WriteNumber("end", 2.0);
            writer.WriteString("text", text);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }

        WriteUsage(writer, text, heard);
        writer.WriteEndObject();
    });

    private static StreamedAnswer Stream(string text, int heard)
    {
        var pieces = new List<StreamPiece>();
        foreach (string token in Tokens.Split(text))
        {
            pieces.Add(Sse.Data(PieceKind.Content, writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("type", "transcript.text.delta");
                writer.WriteString("delta", token);
                writer.WriteEndObject();
            }));
        }

        pieces.Add(Sse.Data(PieceKind.Finish, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type", "transcript.text.done");
            writer.WriteString("text", text);
            WriteUsage(writer, text, heard);
            writer.WriteEndObject();
        }));
        pieces.Add(Sse.Done);
        return Sse.Answer(pieces);
    }

    private static void WriteUsage(System.Text.Json.Utf8JsonWriter writer, string text, int heard)
    {
        int written = Tokens.Count(text);
        writer.WriteStartObject("usage");
        writer.WriteString("type", "tokens");
        writer.WriteNumber("input_tokens", heard);
        writer.WriteNumber("output_tokens", written);
        writer.WriteNumber("total_tokens", heard + written);
        writer.WriteEndObject();
    }
}

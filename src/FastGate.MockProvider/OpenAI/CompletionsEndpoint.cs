using System.Text.Json;
using FastGate.MockProvider.Delivery;
using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary><c>POST /v1/completions</c>, the legacy text completion.</summary>
internal static class CompletionsEndpoint
{
    private const int DefaultMaxTokens = 16;

    internal static readonly IReadOnlySet<string> Fields = new HashSet<string>(StringComparer.Ordinal)
    {
        "model", "prompt", "best_of", "echo", "frequency_penalty", "logit_bias", "logprobs", "max_tokens", "metadata", "n", "presence_penalty", "seed", "stop", "stream",
        "stream_options", "suffix", "temperature", "top_p", "user",
    };

    internal static Answer Answer(OpenAiCall call)
    {
        RequestFields body = call.Body;
        List<string> prompts = PromptText.Read(body, "prompt");
        call.PromptTokens = prompts.Sum(prompt => Tokens.Count(prompt));
        body.Decimal("temperature", 0, 2);
        body.Decimal("top_p", 0, 1);
        body.Decimal("frequency_penalty", -2, 2);
        body.Decimal("presence_penalty", -2, 2);
        int choices = body.Whole("n", 1, 128) ?? 1;
        int maxTokens = body.Whole("max_tokens", 0, int.MaxValue) ?? DefaultMaxTokens;
        bool echo = body.Flag("echo");
        bool includeUsage = ChatEndpoint.IncludeUsage(body);
        IReadOnlyList<string> stops = Completion.ReadStops(body);

        var completions = new List<Completion>();
        foreach (string prompt in prompts)
        {
            for (int i = 0; i < choices; i++)
            {
                var completion = Completion.Of(AnswerTo(call, prompt, i), maxTokens, stops);
                completions.Add(echo ? completion with { Text = prompt + completion.Text, Pieces = [prompt, .. completion.Pieces] } : completion);
            }
        }

        int completionTokens = completions.Sum(completion => completion.TokenCount) - (echo ? completions.Count : 0);
        var writer = new CompletionsJson(call, completions, completionTokens);
        return call.Stream ? Sse.Answer(writer.Stream(includeUsage)) : writer.Whole();
    }

    /// <summary>Further choices differ from the first, but an echo is exact in all of them.</summary>
    private static string AnswerTo(OpenAiCall call, string prompt, int choice) =>
        choice == 0 || prompt.StartsWith("echo: ", StringComparison.Ordinal) ? BegunAnswer.AnswerToPrompt(prompt, call) : call.AnswerTo($"{prompt}#{choice}");

    private sealed class CompletionsJson(OpenAiCall call, List<Completion> completions, int completionTokens)
    {
        private readonly string _id = call.NewId("cmpl-");
        private readonly long _created = call.Created;

        internal WholeAnswer Whole() => new(
            200,
            "application/json",
            Json.Bytes(writer =>
            {
                WriteStart(writer);
                writer.WriteStartArray("choices");
                for (int i = 0; i < completions.Count; i++)
                {
                    WriteChoice(writer, i, completions[i].Text!, completions[i].FinishReason);
                }

                writer.WriteEndArray();
                UsageJson.WriteCompletion(writer, call.PromptTokens, completionTokens);
                writer.WriteEndObject();
            }),
            []);

        internal List<StreamPiece> Stream(bool includeUsage)
        {
            var pieces = new List<StreamPiece>();
            for (int turn = 0; turn < completions.Max(completion => completion.Pieces.Count); turn++)
            {
                for (int i = 0; i < completions.Count; i++)
                {
                    if (turn < completions[i].Pieces.Count)
                    {
                        pieces.Add(Chunk(PieceKind.Content, i, completions[i].Pieces[turn], null, includeUsage));
                    }
                }
            }

            for (int i = 0; i < completions.Count; i++)
            {
                pieces.Add(Chunk(PieceKind.Finish, i, "", completions[i].FinishReason, includeUsage));
            }

            if (includeUsage)
            {
                pieces.Add(Sse.Data(PieceKind.Closing, writer =>
                {
                    WriteStart(writer);
                    writer.WriteStartArray("choices");
                    writer.WriteEndArray();
                    UsageJson.WriteCompletion(writer, call.PromptTokens, completionTokens);
                    writer.WriteEndObject();
                }));
            }

            pieces.Add(Sse.Done);
            return pieces;
        }

        private StreamPiece Chunk(PieceKind kind, int index, string text, string? finish, bool includeUsage) => Sse.Data(kind, writer =>
        {
            WriteStart(writer);
            writer.WriteStartArray("choices");
            WriteChoice(writer, index, text, finish);
            writer.WriteEndArray();
            if (includeUsage)
            {
                writer.WriteNull("usage");
            }

            writer.WriteEndObject();
        });

        private void WriteStart(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            writer.WriteString("id", _id);
            writer.WriteString("object", "text_completion");
            writer.WriteNumber("created", _created);
            writer.WriteString("model", call.Model);
            writer.WriteString("system_fingerprint", call.Fingerprint);
        }

        private static void WriteChoice(Utf8JsonWriter writer, int index, string text, string? finish)
        {
            writer.WriteStartObject();
            writer.WriteString("text", text);
            writer.WriteNumber("index", index);
            writer.WriteNull("logprobs");
            writer.WriteString("finish_reason", finish);
            writer.WriteEndObject();
        }
    }
}

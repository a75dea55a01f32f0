using System.Net;
using System.Text.Json;
using FastGate.MockProvider.Tests.Harness;

namespace FastGate.MockProvider.Tests.OpenAI;

/// <summary>Conversations that end with the beginning of the answer they would get.</summary>
public sealed class ContinuationTests
{
    private const string Chat = "/v1/chat/completions";

    [Fact]
    public async Task Answer_goes_on_exactly_where_it_was_left_at_any_character()
    {
        await using var mock = new MockClient();
        foreach (string question in (string[])["Q", "echo: é 漢 👩‍🚀, \"quoted\"\nand more"])
        {
            string whole = (await mock.ChatAsync("ok", question)).Text;
            for (int at = 1; at <= whole.Length; at++)
            {
                if (at < whole.Length && char.IsLowSurrogate(whole[at]))
                {
                    continue;
                }

                foreach (string? goOn in (string?[])[null, "Continue exactly where you broke off."])
                {
                    Reply reply = await mock.PostAsync(Chat, Begun("ok", question, whole[..at], goOn));
                    Assert.Equal(whole[at..], reply.Text);
                    Assert.Equal("stop", reply.FinishReason);
                }
            }
        }
    }

    [Fact]
    public async Task Streamed_rest_is_the_rest_and_costs_the_rest()
    {
        await using var mock = new MockClient();
        string whole = (await mock.ChatAsync("ok", "Q")).Text;
        List<SseEvent> all = (await mock.ChatAsync("ok", "Q", ",\"stream\":true")).Events;
        string begun = SseEvent.TextOf(all[..11]);

        List<SseEvent> events = (await mock.PostAsync(Chat, Begun("ok", "Q", begun, null, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"))).Events;

        Assert.Equal(whole, begun + SseEvent.TextOf(events));
        Assert.Equal(22, events[^2].Json.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Theory]
    [InlineData("continue-word", "", null)]
    [InlineData("continue-all", "", null)]
    [InlineData("continue-other", "", null)]
    [InlineData("ok", "\"mock_continue\":\"word\"", "continue-word")]
    [InlineData("ok", "\"mock_continue\":\"all\"", "continue-all")]
    [InlineData("ok", "\"mock_continue\":\"other\"", "continue-other")]
    [InlineData("continue-all", "\"mock_continue\":\"rest\"", "continue-rest")]
    public async Task What_is_repeated_is_as_the_request_or_else_the_model_says(string model, string metadata, string? like)
    {
        await using var mock = new MockClient();
        string whole = (await mock.ChatAsync(model, "Q")).Text;
        string begun = whole[..40];

        foreach (string? goOn in (string?[])[null, "go on"])
        {
            string text = (await mock.PostAsync(Chat, Begun(model, "Q", begun, goOn, metadata: metadata))).Text;

            switch (like ?? model)
            {
                case "continue-rest":
                    Assert.Equal(whole[40..], text);
                    break;
                case "continue-word":
                    Assert.Equal(whole[(begun.TrimEnd().LastIndexOf(' ') + 1)..], text);
                    break;
                case "continue-all":
                    Assert.Equal(whole, text);
                    break;
                default:
                    Assert.DoesNotContain(text[..20], whole, StringComparison.Ordinal);
                    break;
            }
        }
    }

    [Fact]
    public async Task Provider_can_be_set_to_a_manner_of_its_own()
    {
        await using var mock = new MockClient(new MockOptions { Continue = Continuation.All });
        string whole = (await mock.ChatAsync("ok", "Q")).Text;

        Assert.Equal(whole, (await mock.PostAsync(Chat, Begun("ok", "Q", whole[..9], null))).Text);
    }

    [Fact]
    public async Task Refusing_provider_goes_on_when_the_user_asks()
    {
        await using var mock = new MockClient(new MockOptions { Continue = Continuation.Refuse });
        string whole = (await mock.ChatAsync("ok", "Q")).Text;

        Assert.Equal(HttpStatusCode.BadRequest, (await mock.PostAsync(Chat, Begun("ok", "Q", whole[..9], null))).Status);
        Assert.Equal(whole[9..], (await mock.PostAsync(Chat, Begun("ok", "Q", whole[..9], "go on"))).Text);
    }

    [Theory]
    [InlineData("openai", "error.message", "prefill")]
    [InlineData("anthropic", "error.message", "prefill")]
    [InlineData("mistral", "message", "Expected last role User or Tool")]
    [InlineData("perplexity", "error.message", "Last message must have role")]
    public async Task Refusal_has_the_words_and_the_shape_of_a_provider(string whose, string path, string words)
    {
        await using var mock = new MockClient();

        Reply reply = await mock.PostAsync(Chat, Begun("no-prefill", "Q", "any words", null, metadata: $"\"mock_refusal\":\"{whose}\""));

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        JsonElement at = reply.Json;
        foreach (string name in path.Split('.'))
        {
            at = at.GetProperty(name);
        }

        Assert.Contains(words, at.GetString(), StringComparison.Ordinal);
        Assert.Equal(whose == "anthropic", reply.Json.TryGetProperty("type", out JsonElement type) && type.GetString() == "error");
    }

    [Fact]
    public async Task Whole_answer_followed_by_another_question_is_no_continuation()
    {
        await using var mock = new MockClient();
        string whole = (await mock.ChatAsync("ok", "Q")).Text;
        string other = (await mock.ChatAsync("ok", "Why?")).Text;

        Assert.Equal(other, (await mock.PostAsync(Chat, Begun("ok", "Q", whole, "Why?"))).Text);
    }

    [Fact]
    public async Task Continued_answer_calls_no_tool()
    {
        await using var mock = new MockClient();
        const string Tools = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}}]";
        string whole = (await mock.ChatAsync("ok", "Q")).Text;

        Assert.Equal(whole[9..], (await mock.PostAsync(Chat, Begun("ok", "Q", whole[..9], "go on", Tools))).Text);
        Assert.Equal("tool_calls", (await mock.PostAsync(Chat, Begun("ok", "Q", "never said", "go on", Tools))).FinishReason);
    }

    [Fact]
    public async Task Legacy_prompt_that_ends_with_the_begun_answer_gets_the_rest()
    {
        await using var mock = new MockClient();
        foreach (string question in (string[])["Tell me of Rome. And More", "q", "Amber Birch ", "Question 407?"])
        {
            string whole = await CompleteAsync(mock, question);
            string first = whole[..(whole.IndexOf(' ', StringComparison.Ordinal) + 1)];
            for (int at = first.Length; at < whole.Length; at++)
            {
                if (!char.IsLowSurrogate(whole[at]))
                {
                    Assert.Equal(whole[at..], await CompleteAsync(mock, question + whole[..at]));
                }
            }
        }
    }

    [Fact]
    public async Task Legacy_prompt_of_its_own_is_answered_for_itself_and_an_echo_is_exact()
    {
        await using var mock = new MockClient();

        Assert.Equal("aaaaaaaaaa", await CompleteAsync(mock, "echo: aaaaaaaaaa"));
        Assert.NotEqual(await CompleteAsync(mock, "Hello World"), await CompleteAsync(mock, "Hello"));
    }

    [Fact]
    public async Task Responses_input_that_ends_with_the_begun_answer_gets_the_rest()
    {
        await using var mock = new MockClient();
        string whole = await RespondAsync("\"Q\"");
        string begun = JsonSerializer.Serialize(whole[..30]);

        Assert.Equal(whole[30..], await RespondAsync($$"""[{"role":"user","content":"Q"},{"role":"assistant","content":[{"type":"output_text","text":{{begun}}}]}]"""));

        async Task<string> RespondAsync(string input)
        {
            Reply reply = await mock.PostAsync("/v1/responses", $$"""{"model":"ok","input":{{input}}}""");
            return reply.Json.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!;
        }
    }

    private static async Task<string> CompleteAsync(MockClient mock, string prompt)
    {
        Reply reply = await mock.PostAsync("/v1/completions", $$"""{"model":"ok","prompt":{{JsonSerializer.Serialize(prompt)}},"max_tokens":100}""");
        return reply.Json.GetProperty("choices")[0].GetProperty("text").GetString()!;
    }

    private static string Begun(string model, string question, string words, string? goOn, string more = "", string metadata = "")
    {
        string last = goOn is null ? "" : $",{{\"role\":\"user\",\"content\":{JsonSerializer.Serialize(goOn)}}}";
        string meta = metadata.Length == 0 ? "" : $",\"metadata\":{{{metadata}}}";
        return $$"""
            {"model":"{{model}}","messages":[{"role":"user","content":{{JsonSerializer.Serialize(question)}}},
            {"role":"assistant","content":{{JsonSerializer.Serialize(words)}}}{{last}}]{{more}}{{meta}}}
            """;
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using FastGate.MockProvider.Tests.Harness;

namespace FastGate.MockProvider.Tests.OpenAI;

public sealed class OtherEndpointTests
{
    [Fact]
    public async Task Completion_answers_every_prompt_and_streams_the_same()
    {
        await using var mock = new MockClient();

        Reply whole = await mock.PostAsync("/v1/completions", """{"model":"ok","prompt":["one","two"],"n":2,"max_tokens":6}""");
        Reply stream = await mock.PostAsync(
            "/v1/completions", """{"model":"ok","prompt":["one","two"],"n":2,"max_tokens":6,"stream":true,"stream_options":{"include_usage":true}}""");

        Assert.Equal("text_completion", whole.Json.GetProperty("object").GetString());
        string[] texts = [.. whole.Json.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()!)];
        Assert.Equal(4, texts.Distinct().Count());
        Assert.All(whole.Json.GetProperty("choices").EnumerateArray(), choice => Assert.Equal("length", choice.GetProperty("finish_reason").GetString()));
        List<SseEvent> events = stream.Events;
        Assert.Equal("[DONE]", events[^1].Data);
        Assert.Equal(24, events[^2].Json.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(texts[i], string.Concat(
                from one in events[..^2]
                from choice in one.Json.GetProperty("choices").EnumerateArray()
                where choice.GetProperty("index").GetInt32() == i
                select choice.GetProperty("text").GetString()));
        }
    }

    [Fact]
    public async Task Completion_can_repeat_its_prompt_and_takes_token_numbers()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.PostAsync("/v1/completions", """{"model":"ok","prompt":"echo: b","echo":true}""");
        Assert.Equal("echo: bb", reply.Json.GetProperty("choices")[0].GetProperty("text").GetString());

        Assert.Equal(HttpStatusCode.OK, (await mock.PostAsync("/v1/completions", """{"model":"ok","prompt":[1,2,3]}""")).Status);
        Assert.Equal("prompt[1]", (await mock.PostAsync("/v1/completions", """{"model":"ok","prompt":["a",2]}""")).Error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Embedding_is_the_same_in_both_encodings_and_of_unit_length()
    {
        await using var mock = new MockClient();

        Reply floats = await mock.PostAsync("/v1/embeddings", """{"model":"ok","input":["red fox","red fox jumps"],"dimensions":64}""");
        Reply base64 = await mock.PostAsync("/v1/embeddings", """{"model":"ok","input":["red fox","red fox jumps"],"dimensions":64,"encoding_format":"base64"}""");

        for (int i = 0; i < 2; i++)
        {
            float[] expected = [.. floats.Json.GetProperty("data")[i].GetProperty("embedding").EnumerateArray().Select(one => one.GetSingle())];
            byte[] bytes = base64.Json.GetProperty("data")[i].GetProperty("embedding").GetBytesFromBase64();
            Assert.Equal(expected, Enumerable.Range(0, bytes.Length / 4).Select(at => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(at * 4))));
            Assert.Equal(64, expected.Length);
            Assert.Equal(1, expected.Sum(one => one * one), 4);
        }

        Assert.Equal(5, floats.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Reply plain = await mock.PostAsync("/v1/embeddings", """{"model":"ok","input":"x"}""");
        Assert.Equal(1536, plain.Json.GetProperty("data")[0].GetProperty("embedding").GetArrayLength());
        Assert.Equal("input", (await mock.PostAsync("/v1/embeddings", """{"model":"ok","input":""}""")).Error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Moderation_flags_by_category_and_needs_no_model()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.PostAsync("/v1/moderations", """{"input":["a kitten","so much violence"]}""");

        JsonElement results = reply.Json.GetProperty("results");
        Assert.False(results[0].GetProperty("flagged").GetBoolean());
        Assert.True(results[1].GetProperty("flagged").GetBoolean());
        Assert.True(results[1].GetProperty("categories").GetProperty("violence").GetBoolean());
        Assert.Equal(13, results[1].GetProperty("category_scores").EnumerateObject().Count());
        Assert.Equal("omni-moderation-latest", reply.Json.GetProperty("model").GetString());
        Assert.Equal(HttpStatusCode.InternalServerError, (await mock.PostAsync("/v1/moderations", """{"input":"x","model":"error-500"}""")).Status);
    }

    [Fact]
    public async Task Image_is_a_PNG()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.PostAsync("/v1/images/generations", """{"model":"ok","prompt":"a fox","n":2,"response_format":"b64_json"}""");

        Assert.Equal(2, reply.Json.GetProperty("data").GetArrayLength());
        byte[] png = reply.Json.GetProperty("data")[0].GetProperty("b64_json").GetBytesFromBase64();
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10], png[..8]);

        // The CRC of an IEND chunk is the same in every PNG.
        Assert.Equal([0, 0, 0, 0, (byte)'I', (byte)'E', (byte)'N', (byte)'D', 0xAE, 0x42, 0x60, 0x82], png[^12..]);
    }

    [Fact]
    public async Task Speech_is_sound()
    {
        await using var mock = new MockClient();

        Reply wav = await mock.PostAsync("/v1/audio/speech", """{"model":"ok","input":"hello big world","voice":"alloy","response_format":"wav"}""");
        Assert.Equal("audio/wav", wav.ContentType);
        Assert.Equal("RIFF"u8.ToArray(), wav.Bytes[..4]);
        Assert.Equal(wav.Bytes.Length - 8, BinaryPrimitives.ReadInt32LittleEndian(wav.Bytes.AsSpan(4)));

        Reply mp3 = await mock.PostAsync("/v1/audio/speech", """{"model":"ok","input":"hello","voice":"alloy"}""");
        Assert.Equal("audio/mpeg", mp3.ContentType);
        Assert.Equal([0xFF, 0xFB], mp3.Bytes[..2]);
        Assert.Equal("voice", (await mock.PostAsync("/v1/audio/speech", """{"model":"ok","input":"hello"}""")).Error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("json", "application/json")]
    [InlineData("verbose_json", "application/json")]
    [InlineData("text", "text/plain; charset=utf-8")]
    [InlineData("srt", "application/x-subrip")]
    [InlineData("vtt", "text/vtt")]
    public async Task Transcription_depends_on_the_sound_and_comes_in_every_format(string format, string contentType)
    {
        await using var mock = new MockClient();

        Reply reply = await TranscribeAsync(mock, "ok", [1, 2, 3], format);
        Reply other = await TranscribeAsync(mock, "ok", [1, 2, 4], format);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal(contentType, reply.ContentType);
        Assert.NotEqual(reply.Body, other.Body);
        Assert.Equal("ok", mock.Server.Log[0].Model);
    }

    [Fact]
    public async Task Transcription_streams()
    {
        await using var mock = new MockClient();

        List<SseEvent> events = (await TranscribeAsync(mock, "ok", [1, 2, 3], "json", stream: true)).Events;

        string text = events[^2].Json.GetProperty("text").GetString()!;
        Assert.Equal("transcript.text.done", events[^2].Json.GetProperty("type").GetString());
        Assert.Equal(text, string.Concat(events[..^2].Select(one => one.Json.GetProperty("delta").GetString())));
        Assert.Equal(text, (await TranscribeAsync(mock, "ok", [1, 2, 3], "json")).Json.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Transcription_is_as_strict_and_as_faulty_as_the_rest()
    {
        await using var mock = new MockClient();

        Assert.Equal(HttpStatusCode.TooManyRequests, (await TranscribeAsync(mock, "rate-limit", [1], "json")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await TranscribeAsync(mock, "unknown", [1], "json")).Status);
        Assert.Equal("response_format", (await TranscribeAsync(mock, "ok", [1], "docx")).Error.GetProperty("param").GetString());
        Assert.Equal("file", (await TranscribeAsync(mock, "ok", [], "json")).Error.GetProperty("param").GetString());
        Assert.Equal("file", (await TranscribeAsync(mock, "ok", [1], "json", name: "sound.txt")).Error.GetProperty("param").GetString());
        Assert.Equal("unsupported_content_type", (await mock.PostAsync("/v1/audio/transcriptions", "{}")).Error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Rerank_orders_by_relevance()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.PostAsync(
            "/v1/rerank", """{"model":"ok","query":"red fox","documents":["a blue whale",{"text":"the red fox"},"a red bus"],"top_n":2,"return_documents":true}""");

        JsonElement results = reply.Json.GetProperty("results");
        Assert.Equal([1, 2], results.EnumerateArray().Select(one => one.GetProperty("index").GetInt32()));
        Assert.Equal(1, results[0].GetProperty("relevance_score").GetDouble());
        Assert.Equal("the red fox", results[0].GetProperty("document").GetProperty("text").GetString());
        Assert.Equal("documents", (await mock.PostAsync("/v1/rerank", """{"model":"ok","query":"x","documents":[]}""")).Error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Models_are_listed_and_shown()
    {
        await using var mock = new MockClient(new MockOptions { Models = ["vendor/big-model", "ok"], Name = "alpha" });

        string[] ids = [.. (await mock.GetAsync("/v1/models")).Json.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()!)];
        Assert.Equal("vendor/big-model", ids[0]);
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(26, ids.Length);
        Reply one = await mock.GetAsync("/v1/models/vendor%2Fbig-model");
        Assert.Equal("vendor/big-model", one.Json.GetProperty("id").GetString());
        Assert.Equal("alpha", one.Json.GetProperty("owned_by").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await mock.GetAsync("/v1/models/none")).Status);
    }

    private static async Task<Reply> TranscribeAsync(MockClient mock, string model, byte[] sound, string format, bool stream = false, string name = "sound.wav")
    {
        using var form = new MultipartFormDataContent();
        using var file = new ByteArrayContent(sound);
        file.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        form.Add(file, "file", name);
        form.Add(new StringContent(model), "model");
        form.Add(new StringContent(format), "response_format");
        if (stream)
        {
            form.Add(new StringContent("true"), "stream");
        }

        using HttpResponseMessage response = await mock.Http.PostAsync("/v1/audio/transcriptions", form);
        return await Reply.ReadAsync(response);
    }
}

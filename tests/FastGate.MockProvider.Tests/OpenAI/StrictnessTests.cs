using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FastGate.MockProvider.Tests.Harness;

namespace FastGate.MockProvider.Tests.OpenAI;

/// <summary>What the real API refuses is refused, with its status, param and code.</summary>
public sealed class StrictnessTests
{
    private const string Hello = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    [Theory]
    [InlineData("{}", null, null)]
    [InlineData("{\"model\":5}", "model", "invalid_type")]
    [InlineData("{\"model\":\"ok\"}", "messages", "missing_required_parameter")]
    [InlineData("{\"model\":\"ok\",\"messages\":\"hi\"}", "messages", "invalid_type")]
    [InlineData("{\"model\":\"ok\",\"messages\":[]}", "messages", "empty_array")]
    [InlineData("{\"model\":\"ok\",\"messages\":[\"hi\"]}", "messages[0]", "invalid_type")]
    [InlineData("{\"model\":\"ok\",\"messages\":[{\"content\":\"hi\"}]}", "messages[0].role", "missing_required_parameter")]
    [InlineData("{\"model\":\"ok\",\"messages\":[{\"role\":\"robot\",\"content\":\"hi\"}]}", "messages[0].role", "invalid_value")]
    [InlineData("{\"model\":\"ok\",\"messages\":[{\"role\":\"user\"}]}", "messages[0].content", null)]
    [InlineData("{\"model\":\"ok\",\"messages\":[{\"role\":\"user\",\"content\":7}]}", "messages[0].content", "invalid_type")]
    [InlineData("{\"model\":\"ok\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]}", "messages[0].content[0].text", "missing_required_parameter")]
    [InlineData("{\"model\":\"ok\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"video\"}]}]}", "messages[0].content[0].type", "invalid_value")]
    [InlineData("{\"model\":\"ok\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"nope\"}}]}]}", "messages[0].content[0].image_url.url", "invalid_image_url")]
    [InlineData("{\"model\":\"ok\",#,\"temperature\":\"hot\"}", "temperature", "invalid_type")]
    [InlineData("{\"model\":\"ok\",#,\"temperature\":2.5}", "temperature", "decimal_above_max_value")]
    [InlineData("{\"model\":\"ok\",#,\"n\":0}", "n", "integer_below_min_value")]
    [InlineData("{\"model\":\"ok\",#,\"n\":1.5}", "n", "invalid_type")]
    [InlineData("{\"model\":\"ok\",#,\"stream\":\"yes\"}", "stream", "invalid_type")]
    [InlineData("{\"model\":\"ok\",#,\"max_tokens\":1,\"max_completion_tokens\":1}", "max_tokens", "invalid_parameter_combination")]
    [InlineData("{\"model\":\"ok\",#,\"stream_options\":{\"include_usage\":true}}", "stream_options", null)]
    [InlineData("{\"model\":\"ok\",#,\"tool_choice\":\"auto\"}", "tool_choice", null)]
    [InlineData("{\"model\":\"ok\",#,\"tools\":[]}", "tools", "empty_array")]
    [InlineData("{\"model\":\"ok\",#,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a b\"}}]}", "tools[0].function.name", "invalid_value")]
    [InlineData("{\"model\":\"ok\",#,\"top_logprobs\":1}", "top_logprobs", null)]
    [InlineData("{\"model\":\"ok\",#,\"stop\":[\"1\",\"2\",\"3\",\"4\",\"5\"]}", "stop", "array_above_max_length")]
    [InlineData("{\"model\":\"ok\",#,\"metadata\":{\"k\":1}}", "metadata.k", "invalid_type")]
    [InlineData("{\"model\":\"ok\",#,\"metadata\":{\"mock_nonsense\":\"1\"}}", "metadata.mock_nonsense", "invalid_value")]
    [InlineData("{\"model\":\"ok\",#,\"metadata\":{\"mock_cut_after\":\"many\"}}", "metadata.mock_cut_after", "invalid_value")]
    [InlineData("{\"model\":\"ok\",#,\"response_format\":{\"type\":\"json_object\"}}", "messages", null)]
    [InlineData("{\"model\":\"ok\",#,\"response_format\":{\"type\":\"json_schema\"}}", "response_format.json_schema", "missing_required_parameter")]
    [InlineData("{\"model\":\"ok\",#,\"fallbacks\":[]}", null, null)]
    [InlineData("not json", null, null)]
    [InlineData("[1]", null, null)]
    public async Task Chat_request_is_refused(string body, string? param, string? code)
    {
        await using var mock = new MockClient();

        Reply reply = await mock.PostAsync("/v1/chat/completions", body.Replace("#", Hello, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal("invalid_request_error", reply.Error.GetProperty("type").GetString());
        Assert.Equal(param, reply.Error.GetProperty("param").GetString());
        Assert.Equal(code, reply.Error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Field_nobody_knows_is_named()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.ChatAsync("ok", more: ",\"fallbacks\":[]");
        Assert.Equal("Unrecognized request argument supplied: fallbacks", reply.Error.GetProperty("message").GetString());

        reply = await mock.PostAsync("/v1/responses", """{"model":"ok","input":"hi","fallbacks":[]}""");
        Assert.Equal("unknown_parameter", reply.Error.GetProperty("code").GetString());
        Assert.Equal("fallbacks", reply.Error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("gpt-4o")]
    [InlineData("ok-gpt")]
    [InlineData("OK")]
    public async Task Model_that_is_neither_listed_nor_a_behaviour_does_not_exist(string model)
    {
        await using var mock = new MockClient();

        Reply reply = await mock.ChatAsync(model);

        Assert.Equal(HttpStatusCode.NotFound, reply.Status);
        Assert.Equal("model_not_found", reply.Error.GetProperty("code").GetString());
        Assert.Equal(model, mock.Server.Log[0].Model);
    }

    [Fact]
    public async Task Listed_model_is_healthy()
    {
        await using var mock = new MockClient(new MockOptions { Models = ["gpt-4o"] });

        Assert.Equal(HttpStatusCode.OK, (await mock.ChatAsync("gpt-4o")).Status);
    }

    [Fact]
    public async Task Key_is_demanded_before_the_body_is_looked_at()
    {
        await using var mock = new MockClient(new MockOptions { RequiredKey = "sk-right-key" });

        Reply reply = await mock.PostAsync("/v1/chat/completions", "not json");
        Assert.Equal(HttpStatusCode.Unauthorized, reply.Status);
        Assert.Equal("invalid_api_key", reply.Error.GetProperty("code").GetString());
        Assert.Contains("********1234", reply.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sk-test", reply.Body, StringComparison.Ordinal);

        mock.Http.DefaultRequestHeaders.Authorization = null;
        reply = await mock.ChatAsync("ok");
        Assert.Equal(HttpStatusCode.Unauthorized, reply.Status);
        Assert.Equal(JsonValueKind.Null, reply.Error.GetProperty("code").ValueKind);

        mock.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk-right-key");
        Assert.Equal(HttpStatusCode.OK, (await mock.ChatAsync("ok")).Status);
    }

    [Fact]
    public async Task Paths_and_methods_are_checked()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.PostAsync("/v1/nothing", "{}");
        Assert.Equal(HttpStatusCode.NotFound, reply.Status);
        Assert.Equal("Invalid URL (POST /v1/nothing)", reply.Error.GetProperty("message").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await mock.GetAsync("/")).Status);

        reply = await mock.GetAsync("/v1/chat/completions");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, reply.Status);
        Assert.Equal("method_not_supported", reply.Error.GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await mock.PostAsync("/v1/models", "{}")).Status);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Content_type_is_checked(string type)
    {
        await using var mock = new MockClient();
        using var content = new StringContent(MockClient.Chat("ok"), Encoding.UTF8, type);

        using HttpResponseMessage response = await mock.Http.PostAsync("/v1/chat/completions", content);

        Reply reply = await Reply.ReadAsync(response);
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal("unsupported_content_type", reply.Error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Body_over_the_limit_is_refused_whether_announced_or_chunked()
    {
        await using var mock = new MockClient(new MockOptions { MaxBodyBytes = 1000 });
        string body = MockClient.Chat("ok", new string('x', 1000));
        using (RawClient announced = await RawClient.ConnectAsync(mock.Server.BoundEndpoint))
        {
            await announced.SendAsync(RawClient.Post(body));
            Assert.StartsWith("HTTP/1.1 413 ", await announced.ReceiveAsync(), StringComparison.Ordinal);
        }

        using RawClient chunked = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);
        await chunked.SendAsync($"POST /v1/chat/completions HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n");
        Assert.StartsWith("HTTP/1.1 413 ", await chunked.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_without_a_length_is_refused()
    {
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);

        await client.SendAsync("POST /v1/chat/completions HTTP/1.1\r\nHost: m\r\n\r\n");

        string received = await client.ReceiveToEndAsync();
        Assert.StartsWith("HTTP/1.1 411 ", received, StringComparison.Ordinal);
        Assert.Contains("\"error\"", received, StringComparison.Ordinal);
    }
}

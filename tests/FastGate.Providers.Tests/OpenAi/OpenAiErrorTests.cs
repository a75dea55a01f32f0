using System.Buffers;
using System.Text;
using System.Text.Json;
using FastGate.Providers.OpenAi;

namespace FastGate.Providers.Tests.OpenAi;

public sealed class OpenAiErrorTests
{
    [Fact]
    public void Error_body_has_the_surfaces_shape()
    {
        var writer = new ArrayBufferWriter<byte>();
        OpenAiError.Write(writer, "no \"x\"\n\u0001 é"u8, "invalid_request_error"u8, "model_not_found"u8, "model"u8);
        using var document = JsonDocument.Parse(writer.WrittenMemory);
        JsonElement error = document.RootElement.GetProperty("error");
        Assert.Equal("no \"x\"\n\u0001 é", error.GetProperty("message").GetString());
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal("model", error.GetProperty("param").GetString());
        Assert.Equal("model_not_found", error.GetProperty("code").GetString());
        Assert.False(error.TryGetProperty("attempts", out _));
    }

    [Fact]
    public void Absent_code_and_param_are_null_and_attempts_are_taken_as_they_are()
    {
        var writer = new ArrayBufferWriter<byte>();
        OpenAiError.Write(writer, "m"u8, "api_error"u8, default, default, "[{\"target\":\"a/b\"}]"u8);
        Assert.Equal(
            """{"error":{"message":"m","type":"api_error","param":null,"code":null,"attempts":[{"target":"a/b"}]}}""",
            Encoding.UTF8.GetString(writer.WrittenSpan));
    }

    [Fact]
    public void What_is_written_is_read()
    {
        var writer = new ArrayBufferWriter<byte>();
        OpenAiError.Write(writer, "mess\"age", "t"u8, "c"u8, "p"u8);
        string body = Encoding.UTF8.GetString(writer.WrittenSpan);
        Assert.True(OpenAiError.TryRead(writer.WrittenSpan, out OpenAiErrorFacts facts));
        Assert.Equal("mess\"age", ChatChunkScannerTests.Text(body, facts.Message));
        Assert.Equal("t", ChatChunkScannerTests.Text(body, facts.Type));
        Assert.Equal("c", ChatChunkScannerTests.Text(body, facts.Code));
        Assert.Equal("p", ChatChunkScannerTests.Text(body, facts.Param));
    }

    [Theory]
    [InlineData("""{"error":{"message":"m","code":404}}""", "404")]
    [InlineData("""[{"error":{"code":404,"message":"m","status":"NOT_FOUND","details":[{}]}}]""", "404")]
    [InlineData("""{"error":"m"}""", "")]
    [InlineData("""{"object":"error","message":"m","code":"404"}""", "404")]
    [InlineData("""{"detail":"m"}""", "")]
    public void Wordings_of_other_servers_are_understood(string body, string code)
    {
        Assert.True(OpenAiError.TryRead(Encoding.UTF8.GetBytes(body), out OpenAiErrorFacts facts));
        Assert.Equal("m", ChatChunkScannerTests.Text(body, facts.Message));
        Assert.Equal(code, ChatChunkScannerTests.Text(body, facts.Code));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"error":null}""")]
    [InlineData("""{"detail":[{"loc":["body"],"msg":"m"}]}""")]
    [InlineData("""{"error":{"message":"m"}""")]
    public void Anything_else_is_no_error_body(string body)
    {
        Assert.False(OpenAiError.TryRead(Encoding.UTF8.GetBytes(body), out _));
    }
}

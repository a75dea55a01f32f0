using System.Text.Json;

namespace FastGate.Proxy.Tests.Harness;

/// <summary>What the contract says about errors.</summary>
internal static class OpenAiErrors
{
    /// <summary>Asserts the status, the shape with exactly its four members, and the code.</summary>
    internal static JsonElement IsError(this Message response, int status, string code, string? param = null)
    {
        Assert.True(response.Status == status, $"{status} expected: {response.StartLine} {response.Text}");
        Assert.Equal("application/json", response["content-type"]);
        Assert.NotNull(response["x-request-id"]);
        Assert.Equal(["error"], response.Json.EnumerateObject().Select(member => member.Name));
        JsonElement error = response.Json.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
        Assert.NotEqual("", error.GetProperty("message").GetString());
        Assert.NotEqual("", error.GetProperty("type").GetString());
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.DoesNotContain(Gateway.ProviderKey, response.Text, StringComparison.Ordinal);
        return error;
    }
}

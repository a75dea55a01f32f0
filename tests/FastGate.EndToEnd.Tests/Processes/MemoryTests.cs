using FastGate.EndToEnd.Tests.Harness;

namespace FastGate.EndToEnd.Tests.Processes;

public sealed class MemoryTests
{
    // It is a fifth of an idle gateway's memory. What uses it, TLS above all, loads it.
    [Fact]
    public async Task Keys_alone_do_not_load_openssl()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync($$"""
            admin_token: "{{Secrets.AdminToken}}"
            clients: [{ name: app, key: "{{Secrets.ClientKey}}" }]
            """);
        Assert.Equal("hello", await pair.Gateway.Client.TextAsync("mock/ok"));
        using var stranger = new HttpRequestMessage(HttpMethod.Get, "/-/status");
        stranger.Headers.Authorization = new("Bearer", "guess");
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await pair.Gateway.Admin.SendAsync(stranger)).StatusCode);

        string mapped = await File.ReadAllTextAsync($"/proc/{pair.Gateway.Process.Id}/maps");

        Assert.Contains("libc.so", mapped, StringComparison.Ordinal);
        Assert.DoesNotContain("libcrypto", mapped, StringComparison.Ordinal);
        Assert.DoesNotContain("libssl", mapped, StringComparison.Ordinal);
    }
}

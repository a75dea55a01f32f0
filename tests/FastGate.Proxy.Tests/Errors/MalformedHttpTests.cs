using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Errors;

/// <summary>Requests whose framing cannot be trusted: refused, the connection ended, nothing forwarded, nothing behind them served.</summary>
public sealed class MalformedHttpTests
{
    // What a smuggler would hide behind the doubtful request.
    private static readonly string Hidden = Gateway.Get("/-/health");

    public static TheoryData<int, string> Heads => new()
    {
        { 400, "POST /v1/chat/completions HTTP/1.1\nHost: a\n\n" },
        { 400, "POST /v1/chat/completions HTTP/1.1\r\nHost: a\nX: y\r\n\r\n" },
        { 400, "POST /v1/chat/completions HTTP/1.1\r\nHost: a\rX: y\r\n\r\n" },
        { 400, "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n" },
        { 400, "POST /v1/chat/completions HTTP/1.1\r\nHost : a\r\n\r\n" },
        { 400, "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n" },
        { 400, "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n" },
        { 400, "POST /v1/chat/completions HTTP/1.1\r\n\r\n" },
        { 400, "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n" },
        { 400, "POST /v1/chat/completions HTTP/1.1\r\nHost: a b\r\n\r\n" },
        { 400, "POST v1/chat/completions HTTP/1.1\r\nHost: a\r\n\r\n" },
        { 400, "POST /v1/chat/completions#x HTTP/1.1\r\nHost: a\r\n\r\n" },
        { 400, "POST  /v1/chat/completions HTTP/1.1\r\nHost: a\r\n\r\n" },
        { 400, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n" },
        { 400, "\x16\x03\x01\x02\0\x01\0\x01\r\n\r\n" },
        { 505, "POST /v1/chat/completions HTTP/2.0\r\nHost: a\r\n\r\n" },
        { 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
        { 400, Framing("Content-Length: 2\r\nTransfer-Encoding: chunked") },
        { 400, Framing("Transfer-Encoding: chunked\r\nContent-Length: 2") },
        { 400, Framing("Content-Length: 2\r\nContent-Length: 2") },
        { 400, Framing("Content-Length: 2\r\nContent-Length: 3") },
        { 400, Framing("Content-Length: 2, 2") },
        { 400, Framing("Content-Length: +2") },
        { 400, Framing("Content-Length: -2") },
        { 400, Framing("Content-Length: 0x2") },
        { 400, Framing("Content-Length:") },
        { 400, Framing("Content-Length: 9223372036854775808") },
        { 400, Framing("Content-Length: 18446744073709551618") },
        { 400, Framing("Transfer-Encoding: chunked, chunked") },
        { 400, Framing("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked") },
        { 400, Framing("Transfer-Encoding: chunked, identity") },
        { 400, Framing("Transfer-Encoding: \x0bchunked") },
        { 501, Framing("Transfer-Encoding: xchunked") },
        { 501, Framing("Transfer-Encoding: gzip, chunked") },
        { 501, Framing("Transfer-Encoding: identity") },
        { 400, "POST /v1/chat/completions HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
    };

    public static TheoryData<string> Chunks =>
    [
        "2;\n{}\r\n0\r\n\r\n",
        "2\n{}\r\n0\r\n\r\n",
        " 2\r\n{}\r\n0\r\n\r\n",
        "2 \r\n{}\r\n0\r\n\r\n",
        "+2\r\n{}\r\n0\r\n\r\n",
        "0x2\r\n{}\r\n0\r\n\r\n",
        "2junk\r\n{}\r\n0\r\n\r\n",
        "\r\n{}\r\n0\r\n\r\n",
        "fffffffffffffffff\r\n{}",
        "2\r\n{}0\r\n\r\n",
        "2\r\n{}}\r\n0\r\n\r\n",
        "2\r\n{}\n0\r\n\r\n",
        "2\r\n{}\r\n0\r\nbad trailer\r\n\r\n",
        "2\r\n{}\r\n0\r\nX: y\nZ: w\r\n\r\n",
    ];

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task Doubtful_head_ends_the_connection_and_reaches_nobody(int status, string request) =>
        await IsRefusedAsync(status, request + Hidden);

    [Theory]
    [MemberData(nameof(Chunks))]
    public async Task Doubtful_chunk_ends_the_connection_and_reaches_nobody(string body) =>
        await IsRefusedAsync(400, $"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{body}{Hidden}");

    private static string Framing(string lines) => $"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n{{}}";

    private static async Task IsRefusedAsync(int status, string request)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(request);

        Message response = await Message.ReadResponseAsync(client);

        response.IsError(status, "invalid_request");
        Assert.True(response.Closes);

        // The client keeps its side open; the gateway ends the connection all the same, and what lay behind was not answered.
        Assert.Equal("", await gateway.Time.AdvanceUntilAsync(client.ReadToEndAsync(), TimeSpan.FromSeconds(1)));
        Assert.Equal(0, upstream.Connections);
        Assert.Equal(0, gateway.Plane.Snapshot.Providers[0].Pool.Count);
    }
}

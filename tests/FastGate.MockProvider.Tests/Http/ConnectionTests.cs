using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastGate.MockProvider.Tests.Harness;

namespace FastGate.MockProvider.Tests.Http;

public sealed class ConnectionTests
{
    [Fact]
    public async Task Connection_is_kept_and_every_call_says_which_it_came_on()
    {
        await using var mock = new MockClient();

        await mock.ChatAsync("ok");
        await mock.ChatAsync("ok", more: ",\"stream\":true");
        await mock.ChatAsync("error-500");
        await mock.ChatAsync("cut-stream", more: ",\"stream\":true", metadata: "\"mock_end\":\"end\"");
        await mock.ChatAsync("no-done", more: ",\"stream\":true");
        await mock.ChatAsync("ok");

        Assert.Equal([1, 1, 1, 1, 1, 2], mock.Server.Log.Select(call => call.Connection));
        Assert.Equal(2, mock.Server.ConnectionsAccepted);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);

        await client.SendAsync(RawClient.Post(MockClient.Chat("ok", "echo: first")) + RawClient.Post(MockClient.Chat("ok", "echo: second")));

        string received = await client.ReceiveUntilAsync("\"system_fingerprint\":\"fp_mock\"}");
        if (!received.Contains("second", StringComparison.Ordinal))
        {
            received += await client.ReceiveUntilAsync("\"system_fingerprint\":\"fp_mock\"}");
        }

        Assert.True(received.IndexOf("\"first\"", StringComparison.Ordinal) < received.IndexOf("\"second\"", StringComparison.Ordinal), received);
        Assert.Contains("\"first\"", received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_may_arrive_in_single_bytes()
    {
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);

        foreach (char one in RawClient.Post(MockClient.Chat("ok", "echo: slow")))
        {
            await client.SendAsync(one.ToString());
        }

        Assert.Contains("\"content\":\"slow\"", await client.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chunked_body_is_put_together()
    {
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);
        string body = MockClient.Chat("ok", "echo: chunked");

        await client.SendAsync("POST /v1/chat/completions HTTP/1.1\r\nHost: m\r\nAuthorization: Bearer k\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
        await client.SendAsync($"5\r\n{body[..5]}\r\n{body.Length - 5:x}\r\n{body[5..]}\r\n0\r\n\r\n");

        Assert.Contains("\"content\":\"chunked\"", await client.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Equal(body.Length, mock.Server.Log[0].BodyBytes);
    }

    [Fact]
    public async Task Client_that_waits_to_be_told_to_go_on_is_told()
    {
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);
        string[] request = RawClient.Post(MockClient.Chat("ok", "echo: waited")).Split("\r\n\r\n", 2);

        await client.SendAsync($"{request[0]}\r\nExpect: 100-continue\r\n\r\n");
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await client.ReceiveAsync());
        await client.SendAsync(request[1]);

        Assert.Contains("\"content\":\"waited\"", await client.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n", "400")]
    [InlineData("GET /v1/models HTTP/1.1\r\n\r\n", "400")]
    [InlineData("GET /v1/models HTTP/1.0\r\n\r\n", "505")]
    public async Task What_is_not_HTTP_is_refused_and_the_connection_closed(string request, string status)
    {
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);

        await client.SendAsync(request);

        Assert.StartsWith($"HTTP/1.1 {status} ", await client.ReceiveToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_to_HEAD_has_no_body_and_the_connection_goes_on()
    {
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);

        await client.SendAsync("HEAD /v1/models HTTP/1.1\r\nHost: m\r\nAuthorization: Bearer k\r\n\r\n" + RawClient.Post(MockClient.Chat("ok", "echo: after")));

        string received = await client.ReceiveUntilAsync("\"system_fingerprint\":\"fp_mock\"}");
        Assert.StartsWith("HTTP/1.1 405 ", received, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", received.Split("\r\n\r\n")[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Close_is_honoured_when_asked_for()
    {
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);

        await client.SendAsync("GET /v1/models/ok HTTP/1.1\r\nHost: m\r\nAuthorization: Bearer k\r\nConnection: close\r\n\r\n");

        string received = await client.ReceiveToEndAsync();
        Assert.Contains("Connection: close\r\n", received, StringComparison.Ordinal);
        Assert.Contains("\"id\":\"ok\"", received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TLS_carries_answers_streams_and_faults()
    {
        using X509Certificate2 certificate = Certificate();
        await using MockServer server = new MockServer(new MockOptions { Certificate = certificate }).Start();
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString(),
            },
        };
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{server.BoundEndpoint.Port}"), Timeout = Patience.Limit };
        http.DefaultRequestHeaders.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", "k");

        foreach (string more in (string[])["", ",\"stream\":true"])
        {
            using var content = new StringContent(MockClient.Chat("ok", "echo: secret", more), System.Text.Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await http.PostAsync("/v1/chat/completions", content);
            Assert.Contains("secret", (await Reply.ReadAsync(response)).Body, StringComparison.Ordinal);
        }

        using var doomed = new StringContent(MockClient.Chat("reset"), System.Text.Encoding.UTF8, "application/json");
        await Assert.ThrowsAsync<HttpRequestException>(() => http.PostAsync("/v1/chat/completions", doomed));
    }

    [Fact]
    public async Task Plain_talk_to_a_TLS_server_ends_that_connection_only()
    {
        using X509Certificate2 certificate = Certificate();
        await using MockServer server = new MockServer(new MockOptions { Certificate = certificate }).Start();
        using (RawClient client = await RawClient.ConnectAsync(server.BoundEndpoint))
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: m\r\n\r\n");
            try
            {
                await client.ReceiveToEndAsync();
            }
            catch (SocketException)
            {
                // FIN or RST, whichever TLS made of it.
            }
        }

        using RawClient next = await RawClient.ConnectAsync(server.BoundEndpoint);
        Assert.Empty(server.Log);
    }

    [Fact]
    public async Task Server_stops_with_calls_in_flight_and_none_counts_as_the_clients_doing()
    {
        var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);
        await client.SendAsync(RawClient.Post(MockClient.Chat("silent")));
        await mock.CallAsync(call => call.Model == "silent");
        IPEndPoint endpoint = mock.Server.BoundEndpoint;

        await mock.DisposeAsync();

        MockCall call = Assert.Single(mock.Server.Log);
        Assert.True(call.Done);
        Assert.False(call.Aborted);
        Assert.Equal(0, mock.Server.ConnectionsOpen);
        await Assert.ThrowsAsync<SocketException>(() => RawClient.ConnectAsync(endpoint));
    }

    [Fact]
    public async Task Port_in_use_is_an_error_at_the_start()
    {
        await using var mock = new MockClient();
        await using var second = new MockServer(new MockOptions { Listen = mock.Server.BoundEndpoint });

        SocketException exception = Assert.Throws<SocketException>(second.Start);

        Assert.Equal(SocketError.AddressAlreadyInUse, exception.SocketErrorCode);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        // A key that lives only in memory has to go through PKCS#12 before a TLS stack will use it everywhere.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}

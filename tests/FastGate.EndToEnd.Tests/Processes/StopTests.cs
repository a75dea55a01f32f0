using System.Net;
using System.Net.Sockets;
using System.Text;
using FastGate.EndToEnd.Tests.Harness;

namespace FastGate.EndToEnd.Tests.Processes;

public sealed class StopTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(ChildProcess.Terminate)]
    public async Task Stream_in_flight_is_completed_and_nobody_new_is_let_in(int signal)
    {
        await using GatewayPair pair = await GatewayPair.StartAsync();
        Gateway gateway = pair.Gateway;
        // Two seconds of stream: what is asserted below does not depend on how long it takes, only that it is not over before the signal.
        using HttpResponseMessage response = await gateway.Client.AskAsync(
            Chat.Body("mock/ok", stream: true, metadata: """{"mock_tokens":"40","mock_token_interval_ms":"50"}"""));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var stream = new StringBuilder(await reader.ReadLineAsync());

        gateway.Process.Signal(signal);
        await gateway.LoggedAsync("Stopping: ");
        stream.Append(await reader.ReadToEndAsync());

        Assert.Contains("\"finish_reason\":\"stop\"", stream.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", stream.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await gateway.Process.ExitAsync(ChildProcess.Patience));
        await gateway.LoggedAsync("Stopped; 0 connections had to be cut");
        gateway.MarkStopped();
    }

    [Fact]
    public async Task New_connections_are_refused_while_it_drains()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync();
        Gateway gateway = pair.Gateway;
        Task<HttpResponseMessage> pending = gateway.Client.AskAsync(Chat.Body("mock/ok", metadata: """{"mock_delay_ms":"3000"}"""));
        await pair.Provider.WaitForAsync(call => call.Model == "ok");

        gateway.Process.Signal(ChildProcess.Terminate);
        await gateway.LoggedAsync("Stopping: ");
        using HttpResponseMessage ready = await gateway.Admin.GetAsync("/-/ready");
        SocketException refused = await RefusedAsync(gateway.EndPoint);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        using HttpResponseMessage answer = await pending;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await answer.Content.ReadAsStringAsync();
        Assert.Equal(0, await gateway.Process.ExitAsync(ChildProcess.Patience));
        gateway.MarkStopped();
    }

    [Fact]
    public async Task Request_that_outlasts_the_drain_timeout_is_cut()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync("server: { drain_timeout: 200ms }");
        Task<HttpResponseMessage> pending = pair.Gateway.Client.AskAsync(Chat.Body("mock/silent"));
        await pair.Provider.WaitForAsync(call => call.Model == "silent");

        pair.Gateway.Process.Signal(ChildProcess.Terminate);

        await Assert.ThrowsAsync<HttpRequestException>(() => pending);
        Assert.Equal(0, await pair.Gateway.Process.ExitAsync(ChildProcess.Patience));
        await pair.Gateway.LoggedAsync("Stopped; 1 connections had to be cut");
        pair.Gateway.MarkStopped();
    }

    [Fact]
    public async Task Idle_connections_do_not_hold_the_stop_up()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync();
        using var idle = new TcpClient();
        await idle.ConnectAsync(pair.Gateway.EndPoint);
        await pair.Gateway.Client.TextAsync("mock/ok");

        await pair.Gateway.StopAsync();

        await pair.Gateway.LoggedAsync("Stopped; 0 connections had to be cut");
    }

    // The socket stops listening in the moment that follows the log line.
    private static async Task<SocketException> RefusedAsync(IPEndPoint address)
    {
        using var expired = new CancellationTokenSource(ChildProcess.Patience);
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(address, expired.Token);
                // Accepted in that moment: it is closed.
                await client.Client.ReceiveAsync(new byte[1], expired.Token);
            }
            catch (SocketException refused) when (refused.SocketErrorCode != SocketError.ConnectionReset)
            {
                return refused;
            }
            catch (SocketException)
            {
                // Reset in that moment.
            }
        }
    }
}

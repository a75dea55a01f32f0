using System.Net;
using System.Net.Sockets;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Time;
using FastGate.Proxy.Transports;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Tests.Upstream;

/// <summary>Which of a name's addresses a connection goes to. All of 127.0.0.0/8 is this machine.</summary>
public sealed class ResolvingTests : IAsyncDisposable
{
    private static readonly IPAddress One = IPAddress.Loopback;
    private static readonly IPAddress Two = IPAddress.Parse("127.0.0.2");

    private readonly TimerWheel _wheel = new(new ManualTime());
    private readonly ITransport _transport = TestTransport.Settings.Create();
    private readonly Socket _one = Listen(One, 0);
    private IPAddress[] _addresses = [One];
    private int _asked;

    private int Port => ((IPEndPoint)_one.LocalEndPoint!).Port;

    public async ValueTask DisposeAsync()
    {
        _one.Dispose();
        _wheel.Dispose();
        await _transport.DisposeAsync();
    }

    [Fact]
    public async Task Every_connection_asks_where_the_name_leads_now()
    {
        using Socket two = Listen(Two, Port);
        UpstreamConnector connector = Connector();
        await ConnectsToAsync(connector, _one);

        _addresses = [Two];

        await ConnectsToAsync(connector, two);
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task Addresses_take_turns()
    {
        using Socket two = Listen(Two, Port);
        UpstreamConnector connector = Connector();
        _addresses = [One, Two];

        await ConnectsToAsync(connector, _one);
        await ConnectsToAsync(connector, two);
        await ConnectsToAsync(connector, _one);
    }

    [Fact]
    public async Task Address_that_refuses_is_passed_over()
    {
        UpstreamConnector connector = Connector();
        _addresses = [Two, One];

        await ConnectsToAsync(connector, _one);
    }

    [Fact]
    public async Task Name_without_an_address_is_a_failure_to_resolve()
    {
        _addresses = [];

        ConnectResult result = await Connector().ConnectAsync(CancellationToken.None);

        Assert.Null(result.Connection);
        Assert.Equal(ConnectFailure.Dns, result.Failure);
    }

    private static Socket Listen(IPAddress address, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, port));
        socket.Listen();
        return socket;
    }

    private static async Task ConnectsToAsync(UpstreamConnector connector, Socket listener)
    {
        Task<Socket> accepting = listener.AcceptAsync();
        ConnectResult result = await connector.ConnectAsync(CancellationToken.None).Soon();
        using Socket accepted = await accepting.Soon();
        Assert.NotNull(result.Connection);
        result.Connection.Abort("The test is over.");
    }

    private UpstreamConnector Connector() => new(Origin.Of(new Uri($"http://provider.test:{Port}/v1")), UpstreamTls.Default, _wheel, _transport, (name, _) =>
    {
        Assert.Equal("provider.test", name);
        _asked++;
        return Task.FromResult(_addresses);
    });
}

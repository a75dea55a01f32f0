using FastGate.Routing.Health;
using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FastGate.Proxy.Model;
using FastGate.Proxy.Server;
using FastGate.Proxy.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastGate.Proxy.Tests.Allocation;

/// <summary>Counts every byte the process allocates, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(SteadyStateAllocationTests), DisableParallelization = true)]
public sealed class AloneInTheProcess;

/// <summary>
/// Requests in steady state cost the managed heap nothing. Client and provider are one thread with blocking sockets and buffers of its
/// own, so whatever is allocated in the process is the data plane's or the runtime's.
/// </summary>
[Collection(nameof(SteadyStateAllocationTests))]
public sealed class SteadyStateAllocationTests
{
    private const int WarmUp = 1000;
    private const int MostWindows = 10;
    private const int Rounds = 40;
    private const int RequestsPerRound = 50;
    private const double MostBytesPerRequest = 0.5;

    private readonly byte[] _received = new byte[64 * 1024];

    [OptimizedFact]
    public async Task Unary_request_allocates_nothing()
    {
        byte[] answer = Encoding.ASCII.GetBytes(ScriptedUpstream.Json("{\"id\":\"x\",\"choices\":[{\"message\":{\"content\":\"" + new string('x', 500) + "\"}}]}"));
        await MeasureAsync(Encoding.ASCII.GetBytes(Gateway.Chat()), (socket, _) => socket.Send(answer), "}]}"u8.ToArray());
    }

    [OptimizedFact]
    public async Task Request_that_names_its_target_allocates_nothing()
    {
        byte[] answer = Encoding.ASCII.GetBytes(ScriptedUpstream.Json("{\"choices\":[{}]}"));
        await MeasureAsync(Encoding.ASCII.GetBytes(Gateway.Chat("up/model-x", lines: "Authorization: Bearer app\r\n")), (socket, _) => socket.Send(answer), "}]}"u8.ToArray());
    }

    [OptimizedFact]
    public async Task Chunked_request_allocates_nothing()
    {
        byte[] answer = Encoding.ASCII.GetBytes(ScriptedUpstream.Json("{\"choices\":[{}]}"));
        string request = "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + ScriptedUpstream.Chunk("{\"model\":\"chat\",") + ScriptedUpstream.Chunk("\"messages\":[]}") + "0\r\n\r\n";
        await MeasureAsync(Encoding.ASCII.GetBytes(request), (socket, _) => socket.Send(answer), "}]}"u8.ToArray());
    }

    [OptimizedFact]
    public Task Stream_allocates_nothing_neither_by_request_nor_by_event() => MeasureStreamAsync(null);

    [OptimizedFact]
    public async Task Hedge_that_is_not_needed_allocates_nothing()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await MeasureStreamAsync(settings => settings with
        {
            Providers = [.. settings.Providers, Gateway.Provider("other", (IPEndPoint)taken.LocalEndPoint!)],
            Routes = [settings.Routes[0] with { Members = [new MemberDefinition("up/m"), new MemberDefinition("other/m")], HedgeAfter = TimeSpan.FromHours(1) }],
        });
    }

    private async Task MeasureStreamAsync(Func<GatewaySettings, GatewaySettings>? change)
    {
        byte[] begin = Encoding.ASCII.GetBytes(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Start));
        byte[] part = Encoding.ASCII.GetBytes(ScriptedUpstream.Chunk(ScriptedUpstream.Event));
        byte[] end = Encoding.ASCII.GetBytes(ScriptedUpstream.Chunk(ScriptedUpstream.Finish + ScriptedUpstream.Done) + ScriptedUpstream.LastChunk);
        await MeasureAsync(
            Encoding.ASCII.GetBytes(Gateway.Chat(stream: true)),
            (provider, client) =>
            {
                provider.Send(begin);
                for (int i = 0; i < 5; i++)
                {
                    provider.Send(part);
                    ReadUntil(client, "null}]}\n\n\r\n"u8);
                }

                provider.Send(end);
            },
            "\r\n0\r\n\r\n"u8.ToArray(),
            change);
    }

    [OptimizedFact]
    public async Task Resumable_stream_allocates_two_small_objects_and_nothing_by_event()
    {
        const int Events = 50;
        const double MostBytes = 700;
        byte[] begin = Encoding.ASCII.GetBytes(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Start));
        byte[] part = Encoding.ASCII.GetBytes(ScriptedUpstream.Chunk(ScriptedUpstream.Event));
        byte[] end = Encoding.ASCII.GetBytes(ScriptedUpstream.Chunk(ScriptedUpstream.Finish + ScriptedUpstream.Done) + ScriptedUpstream.LastChunk);

        // The memory for all of them holds fewer streams than are asked for: each takes that of one that has ended.
        await MeasureAsync(
            Encoding.ASCII.GetBytes(Gateway.Chat(stream: true, lines: "x-fastgate-stream-resume: true\r\n")),
            (provider, client) =>
            {
                provider.Send(begin);
                for (int i = 0; i < Events; i++)
                {
                    provider.Send(part);
                    ReadUntil(client, "null}]}\n\n\r\n"u8);
                }

                provider.Send(end);
            },
            "\r\n0\r\n\r\n"u8.ToArray(),
            settings => settings with { Limits = settings.Limits with { ReplayMemory = 1024 * 1024 } },
            MostBytes);
    }

    [OptimizedFact]
    public async Task Stream_that_could_be_continued_allocates_nothing()
    {
        const string Call = "data: {\"id\":\"c\",\"created\":1,\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\":\"}}]},\"finish_reason\":null}]}\n\n";
        using var spare = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        spare.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        byte[] begin = Encoding.ASCII.GetBytes(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Start));
        byte[][] parts =
        [
            Encoding.ASCII.GetBytes(ScriptedUpstream.Chunk(ScriptedUpstream.Event)),
            Encoding.ASCII.GetBytes(ScriptedUpstream.Chunk(ScriptedUpstream.Event.Replace("Hello", "line\\nand \\u00e9", StringComparison.Ordinal))),
            Encoding.ASCII.GetBytes(ScriptedUpstream.Chunk(Call)),
        ];
        byte[] end = Encoding.ASCII.GetBytes(ScriptedUpstream.Chunk(ScriptedUpstream.Finish + ScriptedUpstream.Done) + ScriptedUpstream.LastChunk);
        await MeasureAsync(
            Encoding.ASCII.GetBytes(Gateway.Chat(stream: true)),
            (provider, client) =>
            {
                provider.Send(begin);
                for (int i = 0; i < 6; i++)
                {
                    provider.Send(parts[i % parts.Length]);
                    ReadUntil(client, "null}]}\n\n\r\n"u8);
                }

                provider.Send(end);
            },
            "\r\n0\r\n\r\n"u8.ToArray(),
            settings => settings with
            {
                Providers = [.. settings.Providers, Gateway.Provider("spare", (IPEndPoint)spare.LocalEndPoint!)],
                Routes = [settings.Routes[0] with { Members = [new MemberDefinition("up/m"), new MemberDefinition("spare/m")] }],
            });
    }

    [OptimizedFact]
    public async Task Request_that_goes_past_a_failed_target_allocates_nothing()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        byte[] answer = Encoding.ASCII.GetBytes(ScriptedUpstream.Json("{\"choices\":[{}]}"));
        await MeasureAsync(
            Encoding.ASCII.GetBytes(Gateway.Chat()),
            (socket, _) => socket.Send(answer),
            "}]}"u8.ToArray(),
            settings => settings with
            {
                Providers = [Gateway.Provider("dead", (IPEndPoint)taken.LocalEndPoint!), .. settings.Providers],
                Routes = [settings.Routes[0] with { Members = [new MemberDefinition("dead/m"), new MemberDefinition("up/m")] }],
                Health = HealthSettings.Default with { Cooldown = TimeSpan.FromHours(1), MaximumCooldown = TimeSpan.FromHours(1) },
            });
    }

    private async Task MeasureAsync(byte[] request, Action<Socket, Socket> answer, byte[] last, Func<GatewaySettings, GatewaySettings>? change = null, double most = MostBytesPerRequest)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var settings = new GatewaySettings
        {
            Transport = TestTransport.Settings,
            Providers = [Gateway.Provider("up", (IPEndPoint)listener.LocalEndPoint!)],
            Routes = [new RouteDefinition("chat", [new MemberDefinition("up/m")]) { Deadline = TimeSpan.FromMinutes(10), Retry = new RetrySettings { Attempts = 0 } }],
        };
        await using var plane = new DataPlane(change is null ? settings : change(settings), NullLoggerFactory.Instance, TimeProvider.System);
        await plane.ListenAsync([new ListenSettings(new IPEndPoint(IPAddress.Loopback, 0))]);
        IPEndPoint address = plane.Addresses[0];
        double perRequest = await Task.Factory.StartNew(() => Drive(listener, address, request, answer, last, most), TaskCreationOptions.LongRunning).Soon();
        Assert.True(perRequest <= most, $"{perRequest} bytes a request");
    }

    private double Drive(Socket listener, IPEndPoint gateway, byte[] request, Action<Socket, Socket> answer, byte[] last, double most)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000 };
        client.Connect(gateway);
        client.Send(request);
        using Socket provider = listener.Accept();
        provider.NoDelay = true;
        provider.ReceiveTimeout = 20_000;
        Exchange(1, sent: true);
        Exchange(WarmUp, sent: false);

        // The pools of each thread have to fill first. Where a request moves between threads, as it does on the runtime's sockets when client and
        // provider belong to different loops, boxes taken on one are given back on another, now in one direction, now in the other, and each
        // keeps up to BoxStack.MaxLocal of each kind: that takes as long as chance will have it, so there are several windows.
        double least = double.MaxValue;
        for (int window = 0; window < MostWindows && least > most; window++)
        {
            least = Math.Min(least, Window());
        }

        return least;

        // The runtime allocates now and then, the more the busier the machine: a thread-pool thread, a segment of its queue, a move between
        // threads' caches. That spoils some of the rounds, or most; an allocation for each request spoils all of them (the smallest object
        // takes 24 bytes), so a quarter of the rounds must be clean.
        double Window()
        {
            double[] rounds = new double[Rounds];
            for (int round = 0; round < Rounds; round++)
            {
                long before = GC.GetTotalAllocatedBytes(precise: true);
                Exchange(RequestsPerRound, sent: false);
                rounds[round] = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)RequestsPerRound;
            }

            Array.Sort(rounds);
            return rounds[Rounds / 4];
        }

        void Exchange(int count, bool sent)
        {
            for (int i = 0; i < count; i++)
            {
                if (!sent)
                {
                    client.Send(request);
                }

                // The forwarded request ends with its JSON object.
                ReadUntil(provider, "]}"u8);
                answer(provider, client);
                ReadUntil(client, last);
            }
        }
    }

    private void ReadUntil(Socket socket, ReadOnlySpan<byte> end)
    {
        int count = 0;
        while (!_received.AsSpan(0, count).EndsWith(end))
        {
            int read = socket.Receive(_received, count, _received.Length - count, SocketFlags.None);
            if (read == 0)
            {
                throw new EndOfStreamException(Encoding.ASCII.GetString(_received, 0, count));
            }

            count += read;
        }
    }
}

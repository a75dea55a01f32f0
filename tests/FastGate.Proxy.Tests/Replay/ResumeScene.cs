using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;
using static FastGate.Proxy.Tests.Harness.ScriptedUpstream;

namespace FastGate.Proxy.Tests.Replay;

/// <summary>A gateway in front of a provider whose stream the test writes, and clients that come back.</summary>
internal sealed partial class ResumeScene : IAsyncDisposable
{
    internal const string Ask = "x-fastgate-stream-resume: true\r\n";

    private ResumeScene(Gateway gateway, ScriptedUpstream upstream)
    {
        Gateway = gateway;
        Upstream = upstream;
    }

    internal Gateway Gateway { get; }

    internal ScriptedUpstream Upstream { get; }

    /// <summary>The provider's end of the stream begun last.</summary>
    internal Wire Provider { get; private set; } = null!;

    /// <summary>The token of the stream begun last.</summary>
    internal string Token { get; private set; } = "";

    internal static async Task<ResumeScene> StartAsync(StreamSettings? streams = null, Func<GatewaySettings, GatewaySettings>? change = null)
    {
        var upstream = new ScriptedUpstream();
        Gateway gateway = await Gateway.StartAsync(upstream, gateway: settings =>
        {
            settings = settings with { Streams = settings.Streams.SetItem("chat", streams ?? StreamSettings.Default), DirectStreams = streams ?? StreamSettings.Default };
            return change is null ? settings : change(settings);
        });
        return new ResumeScene(gateway, upstream);
    }

    /// <summary>An event with some text of its own.</summary>
    internal static string Delta(string text) =>
        $"data: {{\"id\":\"c\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}},\"finish_reason\":null}}]}}\n\n";

    internal static ClientSettings Client(string name) => new(name, [.. SHA256.HashData(Encoding.UTF8.GetBytes("key-" + name))]);

    internal static string Key(string name) => $"Authorization: Bearer key-{name}\r\n";

    /// <summary>Begins a stream and reads its head, which comes with the first of the events.</summary>
    internal async Task<EventReader> BeginAsync(string events, string lines = Ask, string? request = null, int? receiveBuffer = null)
    {
        Wire client = await Gateway.ConnectAsync(receiveBuffer);
        await client.SendAsync(request ?? Gateway.Chat(stream: true, lines: lines));
        (Provider, _) = await Upstream.AcceptRequestAsync();
        await Provider.SendAsync(StreamHead + Chunk(events));
        EventReader reader = await EventReader.BeginAsync(client);
        Token = reader.Head["x-fastgate-stream"] ?? "";
        return reader;
    }

    internal Task SayAsync(string events) => Provider.SendAsync(Chunk(events));

    internal Task EndAsync(string events = Finish + Done) => Provider.SendAsync(Chunk(events) + LastChunk);

    /// <summary>Asks for the stream again: by its own address, or (<paramref name="post"/>) by the request that began it.</summary>
    internal async Task<EventReader> ResumeAsync(long? seen = null, bool post = false, string lines = "", string? token = null)
    {
        Wire client = await Gateway.ConnectAsync();
        await client.SendAsync(Again(seen, post, lines, token));
        return await EventReader.BeginAsync(client);
    }

    internal string Again(long? seen, bool post, string lines = "", string? token = null)
    {
        token ??= Token;
        string id = seen is { } n ? $"Last-Event-ID: {token}:{n}\r\n" : "";
        return post ? Gateway.Chat(stream: true, lines: lines + Ask + id) : Gateway.Get($"/v1/streams/{token}", lines + id);
    }

    /// <summary>A client that goes away; returns when the gateway knows.</summary>
    internal async Task LeaveAsync(EventReader client)
    {
        int before = Gateway.Plane.Streams.Detached.Count;
        client.Wire.Dispose();
        await Chains.EventuallyAsync(() => Gateway.Plane.Streams.Detached.Count == before + 1);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        Upstream.Dispose();
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{22}$")]
    internal static partial Regex TokenPattern();
}

/// <summary>Reads a stream event by event.</summary>
internal sealed class EventReader
{
    private readonly StringBuilder _text = new();

    private EventReader(Wire wire, Message head)
    {
        Wire = wire;
        Head = head;
    }

    internal Wire Wire { get; }

    internal Message Head { get; }

    /// <summary>Whether the body's end mark has come.</summary>
    internal bool Ended { get; private set; }

    internal static async Task<EventReader> BeginAsync(Wire wire)
    {
        Message head = await Message.ReadHeadAsync(wire);
        return new EventReader(wire, head);
    }

    /// <summary>The next block with its blank line; null at the body's end.</summary>
    /// <exception cref="EndOfStreamException">The connection ended first.</exception>
    internal async Task<string?> NextAsync()
    {
        while (true)
        {
            int end = _text.ToString().IndexOf("\n\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                string block = _text.ToString(0, end + 2);
                _text.Remove(0, end + 2);
                return block;
            }

            if (Ended)
            {
                Assert.Equal(0, _text.Length);
                return null;
            }

            byte[] chunk = await Message.ReadChunkAsync(Wire);
            Ended = chunk.Length == 0;
            _text.Append(Encoding.Latin1.GetString(chunk));
        }
    }

    internal async Task<List<string>> TakeAsync(int count)
    {
        List<string> blocks = [];
        while (blocks.Count < count)
        {
            blocks.Add(await NextAsync() ?? throw new EndOfStreamException($"The stream ended after {blocks.Count} of {count} events."));
        }

        return blocks;
    }

    /// <summary>Every block up to the body's end mark.</summary>
    internal async Task<List<string>> RestAsync()
    {
        List<string> blocks = [];
        while (await NextAsync() is { } block)
        {
            blocks.Add(block);
        }

        return blocks;
    }

    /// <summary>Every block up to the connection's end, which comes without the body's.</summary>
    internal async Task<List<string>> RestOfBrokenAsync()
    {
        List<string> blocks = [];
        while (true)
        {
            try
            {
                blocks.Add(await NextAsync() ?? throw new InvalidDataException("The body ended as if it were whole."));
            }
            catch (EndOfStreamException)
            {
                return blocks;
            }
        }
    }
}

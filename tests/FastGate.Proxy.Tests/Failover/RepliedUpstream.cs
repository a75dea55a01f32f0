using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Failover;

/// <summary>How a connection goes on after a reply.</summary>
internal enum After
{
    Open,
    Close,
    Reset,
}

/// <summary>What an upstream says to one request; an empty text is silence.</summary>
internal sealed record Reply(string Text, After After = After.Open)
{
    internal const string Success = "{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"fine\"},\"finish_reason\":\"stop\"}]}";

    internal static Reply Ok { get; } = new(ScriptedUpstream.Json(Success));

    internal static Reply Silent { get; } = new("");

    internal static Reply Reset { get; } = new("", After.Reset);

    internal static Reply Stream { get; } = Streamed(ScriptedUpstream.Start + ScriptedUpstream.Event + ScriptedUpstream.Finish + ScriptedUpstream.Done);

    internal static Reply Error(int status, string code = "none", string lines = "") => new(ScriptedUpstream.Json(ErrorBody(code), $"{status} Failed", lines));

    internal static string ErrorBody(string code) => $"{{\"error\":{{\"message\":\"said so\",\"type\":\"t\",\"param\":null,\"code\":\"{code}\"}}}}";

    internal static Reply Streamed(string events) => new(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(events) + ScriptedUpstream.LastChunk);

    internal static Reply Cut(string events) => new(ScriptedUpstream.StreamHead + (events.Length == 0 ? "" : ScriptedUpstream.Chunk(events)), After.Close);
}

/// <summary>An upstream that answers every request by a rule of the test's, and keeps the requests.</summary>
internal sealed class RepliedUpstream : IDisposable
{
    private readonly ScriptedUpstream _upstream = new();
    private readonly ConcurrentQueue<Message> _seen = new();
    private readonly Channel<Message> _arrived = Channel.CreateUnbounded<Message>();
    private readonly Func<Message, Reply> _rule;
    private int _gone;

    internal RepliedUpstream(Func<Message, Reply> rule)
    {
        _rule = rule;
        _ = ServeAsync();
    }

    internal RepliedUpstream(Reply always)
        : this(_ => always)
    {
    }

    internal IPEndPoint EndPoint => _upstream.EndPoint;

    internal IReadOnlyList<Message> Seen => [.. _seen];

    /// <summary>The next request; each is given out once.</summary>
    internal Task<Message> NextAsync() => _arrived.Reader.ReadAsync().AsTask().Soon();

    public void Dispose()
    {
        Volatile.Write(ref _gone, 1);
        _upstream.Dispose();
    }

    private async Task ServeAsync()
    {
        while (Volatile.Read(ref _gone) == 0)
        {
            Wire wire;
            try
            {
                wire = await _upstream.AcceptAsync();
            }
            catch (TimeoutException)
            {
                return;
            }

            _ = ServeAsync(wire);
        }
    }

    private async Task ServeAsync(Wire wire)
    {
        try
        {
            while (await Message.ReadRequestAsync(wire) is { } request)
            {
                _seen.Enqueue(request);
                Reply reply = _rule(request);
                await _arrived.Writer.WriteAsync(request);
                await wire.SendAsync(reply.Text);
                if (reply.After == After.Reset)
                {
                    wire.Reset();
                    return;
                }

                if (reply.After == After.Close)
                {
                    wire.EndSending();
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or TimeoutException)
        {
            // The gateway, or the test, has ended the connection.
        }
    }
}

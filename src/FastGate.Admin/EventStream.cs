using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FastGate.Proxy.Views;
using Microsoft.AspNetCore.Http;

namespace FastGate.Admin;

/// <summary>
/// Writes <c>/-/events</c>: what happens, as it happens, as an event stream (https://html.spec.whatwg.org/multipage/server-sent-events.html).
/// Each reader is one loop over the bounded history; one that does not read is dropped, and finds its place again by <c>Last-Event-ID</c>.
/// </summary>
/// <param name="view">Where events come from.</param>
/// <param name="time">The clock of heartbeats and of patience.</param>
/// <param name="stopping">Ends every stream.</param>
internal sealed class EventStream(GatewayView view, TimeProvider time, CancellationToken stopping)
{
    /// <summary>Streams at the same time.</summary>
    internal const int MostReaders = 64;

    /// <summary>How often a stream without events shows that it lives.</summary>
    internal static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>How long a reader may take to take what it was sent.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const int Batch = 64;

    // Numbers begin anew with each process: an id of another one says nothing.
    private readonly string _process = view.Started.ToUnixTimeMilliseconds().ToString("x", CultureInfo.InvariantCulture);
    private int _readers;

    /// <summary>Takes a place for a reader; false when there are too many. To be given back by <see cref="Leave"/>.</summary>
    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _readers) <= MostReaders)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Gives a reader's place back.</summary>
    internal void Leave() => Interlocked.Decrement(ref _readers);

    /// <summary>Streams until the reader goes, does not read, or the gateway stops.</summary>
    internal async Task RunAsync(HttpContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        long after = Start(context.Request);
        var text = new StringBuilder("retry: 2000\n\n");
        try
        {
            while (true)
            {
                GatewayEvent[] events = view.ReadEvents(after, Batch, out long missed);
                if (missed > 0)
                {
                    text.Append(CultureInfo.InvariantCulture, $"event: gap\ndata: {{\"missed\":{missed}}}\n\n");
                }

                foreach (GatewayEvent item in events)
                {
                    Write(text, item);
                }

                after = events.Length > 0 ? events[^1].Number : after;
                if (text.Length > 0 && !await TrySendAsync(context, text, ended.Token).ConfigureAwait(false))
                {
                    context.Abort();
                    return;
                }

                if (events.Length < Batch && !await HasMoreAsync(after, ended.Token).ConfigureAwait(false))
                {
                    text.Append(": heartbeat\n\n");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has gone, or the gateway stops.
        }
    }

    // Whoever names no event hears what happens from now on; "0" is the beginning of what is kept.
    private long Start(HttpRequest request)
    {
        string last = request.Headers["Last-Event-ID"].ToString();
        if (last.Length == 0)
        {
            last = request.Query["last_event_id"].ToString();
        }

        if (last.Length == 0)
        {
            return view.NewestEvent;
        }

        string[] parts = last.Split('-');
        bool known = parts is [var process, _] && process == _process;
        return known && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? Math.Min(number, view.NewestEvent) : 0;
    }

    private void Write(StringBuilder text, GatewayEvent item)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            EventJson.Write(json, item);
            json.WriteEndObject();
        }

        text.Append(CultureInfo.InvariantCulture, $"id: {_process}-{item.Number}\nevent: {EventJson.NameOf(item)}\ndata: ")
            .Append(Encoding.UTF8.GetString(buffer.WrittenSpan))
            .Append("\n\n");
    }

    private async Task<bool> TrySendAsync(HttpContext context, StringBuilder text, CancellationToken ended)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text.ToString());
        text.Clear();
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, patience.Token);
        try
        {
            await context.Response.Body.WriteAsync(octets, either.Token).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!ended.IsCancellationRequested)
        {
            return false;
        }
    }

    // False when a heartbeat is due first.
    private async Task<bool> HasMoreAsync(long after, CancellationToken ended)
    {
        try
        {
            await view.WaitForEventAsync(after).WaitAsync(Heartbeat, time, ended).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}

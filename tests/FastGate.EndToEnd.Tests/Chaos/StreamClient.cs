using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using FastGate.EndToEnd.Tests.Harness;

namespace FastGate.EndToEnd.Tests.Chaos;

/// <summary>How a client fared.</summary>
internal enum Fate
{
    /// <summary>It has the whole answer.</summary>
    Exact,

    /// <summary>It was told that there is no answer, or no rest of it.</summary>
    CleanError,

    /// <summary>It had left before.</summary>
    Left,

    /// <summary>What must not happen has happened.</summary>
    Violated,
}

/// <summary>One client's end.</summary>
/// <param name="Fate">How it fared.</param>
/// <param name="Why">The violation, or the error's code.</param>
/// <param name="Returns">How often it came back and was served.</param>
internal readonly record struct Ending(Fate Fate, string? Why, int Returns);

/// <summary>Lives one plan through against the gateway.</summary>
internal sealed class StreamClient(StreamPlan plan, IReadOnlyList<string> expected, ChaosFleet fleet, string? idempotencyKey = null)
{
    private const string ResumeHeader = "x-fastgate-stream-resume";

    private readonly AnswerJudge _judge = AnswerJudge.For(plan, expected);
    private string? _lastId;
    private string? _token;
    private long _lastNumber;

    /// <summary>Sends, reads, leaves, comes back.</summary>
    /// <param name="patience">A client that is not at its end by then hangs.</param>
    public async Task<Ending> RunAsync(TimeSpan patience)
    {
        using var expired = new CancellationTokenSource(patience);
        try
        {
            return plan.Streams ? await StreamAsync(expired.Token) : await AskAsync(expired.Token);
        }
        catch (OperationCanceledException) when (expired.IsCancellationRequested)
        {
            return Violated($"hung for {patience.TotalSeconds} s after {_judge.Events} events");
        }
        catch (HttpRequestException exception)
        {
            return Violated($"no response: {exception.Message} {exception.InnerException?.Message}");
        }
    }

    private Ending Violated(string what, int returns = 0) => new(Fate.Violated, what, returns);

    private async Task<Ending> AskAsync(CancellationToken cancellation)
    {
        using HttpResponseMessage response = await fleet.Http.SendAsync(Post(), HttpCompletionOption.ResponseContentRead, cancellation);
        string body = await response.Content.ReadAsStringAsync(cancellation);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return OfError(body, 0);
        }

        using JsonDocument? json = ParseOrNull(body);
        if (json is null)
        {
            return Violated($"200 with what is no JSON: {body}");
        }

        JsonElement choice = json.RootElement.GetProperty("choices")[0];
        string text = choice.GetProperty("message").GetProperty("content").GetString()!;
        return text == expected[0] && choice.GetProperty("finish_reason").GetString() == "stop" ? new Ending(Fate.Exact, null, 0) : Violated($"another text: {text}");
    }

    private async Task<Ending> StreamAsync(CancellationToken cancellation)
    {
        for (int connection = 0; ; connection++)
        {
            using HttpRequestMessage request = connection > 0 && plan.ComesBackByPath ? Get() : Post();
            using HttpResponseMessage response = await (plan.Manner == Manner.ReadsSlowly ? fleet.SlowHttp : fleet.Http).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.StatusCode == HttpStatusCode.NoContent && connection > 0)
            {
                return _judge.IsWhole ? new Ending(Fate.Exact, null, connection) : _judge.IsInterrupted ? new Ending(Fate.CleanError, "interrupted", connection)
                    : Violated("nothing left (204), and the answer is not whole", connection);
            }

            if (response.StatusCode != HttpStatusCode.OK)
            {
                string body = await response.Content.ReadAsStringAsync(cancellation);
                return connection == 0 ? OfError(body, 0) : Violated($"came back after {_lastId} and got {(int)response.StatusCode}: {body}", connection);
            }

            if (plan.Manner == Manner.ComesBack && connection == 0 && !TakeToken(response))
            {
                return Violated("no x-fastgate-stream", connection);
            }

            // One that was lost before its first event has nothing to come back with.
            int stop = plan.Manner == Manner.Leaves ? plan.Stops[0]
                : plan.Manner == Manner.ComesBack && connection < plan.Stops.Length ? Math.Max(plan.Stops[connection], _lastId is null ? 1 : 0)
                : int.MaxValue;
            bool stopped = await ReadAsync(response, stop, cancellation);
            if (_judge.Violation is { } violation)
            {
                return Violated(violation, connection);
            }

            if (!stopped)
            {
                return _judge.IsWhole ? new Ending(Fate.Exact, null, connection) : new Ending(Fate.CleanError, "stream_interrupted", connection);
            }

            if (plan.Manner == Manner.Leaves)
            {
                return new Ending(Fate.Left, null, 0);
            }
        }
    }

    /// <summary>Reads events; true if it stopped after so many, false at the stream's end.</summary>
    private async Task<bool> ReadAsync(HttpResponseMessage response, int stop, CancellationToken cancellation)
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellation);
        using var reader = new StreamReader(body, bufferSize: plan.Manner == Manner.ReadsSlowly ? 512 : 4096);
        string? name = null, data = null, id = null;
        int read = 0;
        try
        {
            while (read < stop)
            {
                string? line = await reader.ReadLineAsync(cancellation);
                if (line is null)
                {
                    _judge.End();
                    return false;
                }

                if (line.Length > 0)
                {
                    (name, data, id) = line switch
                    {
                        _ when line.StartsWith("data: ", StringComparison.Ordinal) => (name, (data is null ? "" : data + "\n") + line["data: ".Length..], id),
                        _ when line.StartsWith("event: ", StringComparison.Ordinal) => (line["event: ".Length..], data, id),
                        _ when line.StartsWith("id: ", StringComparison.Ordinal) => (name, data, line["id: ".Length..]),
                        _ => (name, data, id),
                    };
                    continue;
                }

                if (data is not null)
                {
                    read++;
                    _judge.Take(name, data);
                    if (plan.Manner == Manner.ComesBack)
                    {
                        TakeId(id);
                    }
                }

                (name, data, id) = (null, null, null);
                if (plan.Manner == Manner.ReadsSlowly && read % 100 == 0)
                {
                    // What makes it slow.
                    await Task.Delay(20, cancellation);
                }
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // A connection broken off after the error event is how an interruption ends; without one it is a cut answer.
            _judge.End();
            return false;
        }

        return true;
    }

    private bool TakeToken(HttpResponseMessage response)
    {
        _token = response.Headers.TryGetValues("x-fastgate-stream", out IEnumerable<string>? values) ? values.Single() : null;
        return _token is not null;
    }

    private void TakeId(string? id)
    {
        _lastId = string.Create(CultureInfo.InvariantCulture, $"{_token}:{++_lastNumber}");
        if (id != _lastId)
        {
            _judge.Fail($"an event with the id '{id}' and not '{_lastId}'");
        }
    }

    private HttpRequestMessage Post()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, plan.Path) { Content = new StringContent(plan.Body(ChaosFleet.Route, plan.Streams), new MediaTypeHeaderValue("application/json")) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Secrets.ClientKey);
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        if (plan.Manner == Manner.ComesBack)
        {
            request.Headers.Add(ResumeHeader, "true");
            if (_lastId is not null)
            {
                request.Headers.Add("Last-Event-ID", _lastId);
            }
        }

        return request;
    }

    private HttpRequestMessage Get()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/streams/" + _token);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Secrets.ClientKey);
        request.Headers.Add("Last-Event-ID", _lastId);
        return request;
    }

    private static JsonDocument? ParseOrNull(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Ending OfError(string body, int returns)
    {
        using JsonDocument? json = ParseOrNull(body);
        return json is not null && json.RootElement.TryGetProperty("error", out JsonElement error) && error.GetProperty("message").GetString() is { Length: > 0 }
            ? new Ending(Fate.CleanError, error.GetProperty("code").GetString() ?? error.GetProperty("type").GetString(), returns)
            : Violated($"an error of another shape: {body}", returns);
    }
}

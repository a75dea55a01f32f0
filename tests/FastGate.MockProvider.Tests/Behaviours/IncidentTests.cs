using System.Net;
using System.Text;
using System.Text.Json;
using FastGate.MockProvider.Tests.Harness;

namespace FastGate.MockProvider.Tests.Behaviours;

/// <summary>Where exactly a stream breaks, how it is sliced, and what is drawn at random.</summary>
public sealed class IncidentTests
{
    private const string Streamed = ",\"stream\":true";

    [Fact]
    public async Task Cut_falls_after_exactly_that_many_bytes_of_the_body()
    {
        await using var mock = new MockClient(new MockOptions { Tokens = 2 });
        string body = await ReceiveAsync(mock, "cut-stream", "\"mock_cut_bytes\":\"1000000\",\"mock_end\":\"end\"");
        int events = body.Split("\n\n").Length - 1;
        Assert.Equal(3, events);
        for (int at = 0; at < body.Length; at++)
        {
            // Ids are as long in every answer, so lengths compare.
            foreach (string end in (string[])["end", "fin"])
            {
                string cut = await ReceiveAsync(mock, "cut-stream", $"\"mock_cut_bytes\":\"{at}\",\"mock_end\":\"{end}\"");
                Assert.Equal(at, cut.Length);
            }
        }

        Assert.All(mock.Server.Log, call => Assert.False(call.Completed));
    }

    [Fact]
    public async Task Cut_inside_an_event_is_whole_to_HTTP_or_breaks_its_chunk()
    {
        await using var mock = new MockClient();
        foreach ((string end, bool whole) in ((string, bool)[])[("end", true), ("fin", false)])
        {
            using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);
            await client.SendAsync(RawClient.Post(MockClient.Chat("cut-stream", more: Streamed, metadata: $"\"mock_cut_bytes\":\"10\",\"mock_end\":\"{end}\"")));
            if (whole)
            {
                string received = await client.ReceiveUntilAsync("0\r\n\r\n");
                Assert.EndsWith("\r\n\r\na\r\ndata: {\"id\r\n0\r\n\r\n", received, StringComparison.Ordinal);
            }
            else
            {
                Assert.EndsWith("\r\ndata: {\"id", await client.ReceiveToEndAsync(), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Stall_after_bytes_leaves_the_event_open_and_silent()
    {
        var time = new ManualTime();
        await using var mock = new MockClient(new MockOptions { TimeProvider = time });
        var client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);
        await client.SendAsync(RawClient.Post(MockClient.Chat("stall-stream", more: Streamed, metadata: "\"mock_stall_bytes\":\"10\"")));

        await client.ReceiveUntilAsync("\r\ndata: {\"id");
        client.Dispose();

        MockCall call = await mock.CallAsync(one => one.Done);
        Assert.True(call.Aborted);
        Assert.False(call.Completed);
        Assert.Equal(0, call.EventsSent);
    }

    [Theory]
    [InlineData("sliced", "", 1)]
    [InlineData("ok", "\"mock_slice\":\"7\"", 7)]
    public async Task Sliced_answer_is_the_same_answer(string model, string metadata, int slice)
    {
        await using var mock = new MockClient(new MockOptions { Tokens = 4 });
        string whole = (await mock.ChatAsync("ok")).Text;
        Assert.Equal(whole, SseEvent.TextOf((await mock.ChatAsync(model, more: Streamed, metadata: metadata)).Events));
        Assert.Equal(whole, (await mock.ChatAsync(model, metadata: metadata)).Text);

        // Every write is a segment of its own here: whoever reads at once sees what was written.
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);
        await client.SendAsync(RawClient.Post(MockClient.Chat(model, more: Streamed, metadata: metadata)));
        Assert.Equal("HTTP/1.1"[..slice], await client.ReceiveAsync(slice));
        await client.ReceiveUntilAsync("\r\n0\r\n\r\n");
    }

    [Fact]
    public async Task Configured_slice_holds_for_errors_too()
    {
        await using var mock = new MockClient(new MockOptions { Slice = 3 });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await mock.ChatAsync("error-503")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await mock.ChatAsync("unheard-of")).Status);
    }

    [Fact]
    public async Task Tool_call_can_be_cut_inside_its_arguments()
    {
        await using var mock = new MockClient();
        const string Tools =
            ",\"stream\":true,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":"
            + "{\"city\":{\"type\":\"string\"},\"days\":{\"type\":\"integer\"}},\"required\":[\"city\",\"days\"]}}}]";

        List<SseEvent> cut = (await mock.ChatAsync("cut-stream", more: Tools, metadata: "\"mock_cut_after\":\"4\",\"mock_end\":\"end\"")).Events;
        List<SseEvent> whole = (await mock.ChatAsync("ok", more: Tools)).Events;

        Assert.Equal(4, cut.Count);
        Assert.StartsWith(ArgumentsOf(cut), ArgumentsOf(whole), StringComparison.Ordinal);
        Assert.True(ArgumentsOf(cut).Length < ArgumentsOf(whole).Length);
        Assert.NotEmpty(ArgumentsOf(cut));
    }

    [Theory]
    [InlineData("ok", "", true, true)]
    [InlineData("ok", "", false, true)]
    [InlineData("sliced", "", true, true)]
    [InlineData("no-done", "", true, true)]
    [InlineData("malformed-event", "", true, true)]
    [InlineData("malformed-event", "", false, false)]
    [InlineData("cut-stream", "\"mock_end\":\"end\"", true, false)]
    [InlineData("cut-stream", "\"mock_cut_after\":\"999\",\"mock_end\":\"end\"", true, false)]
    [InlineData("error-500", "", true, false)]
    [InlineData("context-length", "", false, false)]
    public async Task Log_tells_a_completed_call_from_one_that_is_not(string model, string metadata, bool stream, bool completed)
    {
        await using var mock = new MockClient();

        await mock.ChatAsync(model, more: stream ? Streamed : "", metadata: metadata);

        MockCall call = await mock.CallAsync(one => one.Done);
        Assert.Equal(completed, call.Completed);
        Assert.Equal(completed, (await mock.GetAsync("/mock/log")).Json[0].GetProperty("completed").GetBoolean());
    }

    [Fact]
    public async Task Client_that_leaves_early_has_completed_nothing()
    {
        var time = new ManualTime();
        await using var mock = new MockClient(new MockOptions { TimeProvider = time, TokenInterval = TimeSpan.FromHours(1) });
        HttpResponseMessage response = await mock.BeginAsync(MockClient.Chat("ok", more: Streamed));
        await time.WaitForTimerAsync(TimeSpan.FromHours(1));

        response.Dispose();

        Assert.False((await mock.CallAsync(one => one.Done)).Completed);
    }

    [Fact]
    public async Task Log_shows_tag_and_idempotency_key()
    {
        await using var mock = new MockClient();
        mock.Http.DefaultRequestHeaders.Add("Idempotency-Key", "key-7");

        await mock.ChatAsync("ok", metadata: "\"mock_tag\":\"request 7\"");

        JsonElement call = (await mock.GetAsync("/mock/log")).Json[0];
        Assert.Equal("request 7", call.GetProperty("tag").GetString());
        Assert.Equal("key-7", call.GetProperty("idempotency_key").GetString());
    }

    [Fact]
    public async Task Faults_are_drawn_from_those_named_with_place_and_end_by_the_seed()
    {
        var seen = new List<string>();
        foreach (ulong seed in (ulong[])[7, 7, 8])
        {
            await using var mock = new MockClient(new MockOptions { FaultRate = 0.8, Faults = ["cut-stream", "malformed-event", "no-done"], Seed = seed, Tokens = 4 });
            var run = new StringBuilder();
            for (int i = 0; i < 60; i++)
            {
                mock.Server.Reset();
                run.Append(await OutcomeAsync(mock)).Append(' ');
            }

            // A reset begins the draws anew, so one without it is compared.
            Assert.Single(run.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct());
            run.Clear();
            for (int i = 0; i < 60; i++)
            {
                run.Append(await OutcomeAsync(mock)).Append(' ');
            }

            seen.Add(run.ToString());
        }

        Assert.Equal(seen[0], seen[1]);
        Assert.NotEqual(seen[0], seen[2]);
        Assert.Contains("whole", seen[0], StringComparison.Ordinal);
        Assert.Contains("malformed", seen[0], StringComparison.Ordinal);
        Assert.Contains("undone", seen[0], StringComparison.Ordinal);
        Assert.True(seen[0].Split(' ').Count(one => one.StartsWith("cut@", StringComparison.Ordinal)) > 5, seen[0]);
        Assert.True(seen[0].Split(' ').Where(one => one.StartsWith("cut@", StringComparison.Ordinal)).Distinct().Count() > 5, seen[0]);
    }

    [Theory]
    [InlineData("error-500-once")]
    [InlineData("flap")]
    [InlineData("misspelt")]
    public void What_cannot_be_drawn_is_refused_by_name(string fault)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => new MockServer(new MockOptions { FaultRate = 0.5, Faults = [fault] }));
        Assert.Contains(fault, exception.Message, StringComparison.Ordinal);
    }

    private static async Task<string> OutcomeAsync(MockClient mock)
    {
        string body = await ReceiveAsync(mock, "ok", "");
        bool malformed = body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).SkipLast(1).Any(block => !IsJson(block["data: ".Length..]));
        return malformed ? "malformed"
            : body.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal) ? "whole"
            : body.Contains("\"finish_reason\":\"stop\"", StringComparison.Ordinal) ? "undone"
            : $"cut@{body.Length}";
    }

    private static bool IsJson(string data)
    {
        try
        {
            using var document = JsonDocument.Parse(data);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The decoded body of a stream, as much of it as came before its end, whatever that was.</summary>
    private static async Task<string> ReceiveAsync(MockClient mock, string model, string metadata)
    {
        using HttpResponseMessage response = await mock.BeginAsync(MockClient.Chat(model, more: Streamed, metadata: metadata));
        await using Stream stream = await response.Content.ReadAsStreamAsync();
        using var body = new MemoryStream();
        byte[] buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer)) > 0)
            {
                body.Write(buffer, 0, read);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // Cut.
        }

        return Encoding.Latin1.GetString(body.ToArray());
    }

    private static string ArgumentsOf(IEnumerable<SseEvent> events) => string.Concat(
        from one in events
        where one.Data != "[DONE]"
        from choice in one.Json.GetProperty("choices").EnumerateArray()
        where choice.GetProperty("delta").TryGetProperty("tool_calls", out _)
        select choice.GetProperty("delta").GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString());
}

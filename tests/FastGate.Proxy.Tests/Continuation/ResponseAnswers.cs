using System.Globalization;
using System.Text;
using System.Text.Json;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Continuation;

/// <summary>Events of the Responses API as a provider streams them, numbered as they are made.</summary>
internal sealed class ResponseScript(string provider)
{
    private readonly List<string> _events = [];
    private int _number;

    /// <summary>The events, each whole.</summary>
    internal IReadOnlyList<string> Events => _events;

    internal string Text => string.Concat(_events);

    internal ResponseScript Created() => Add("response.created", $"\"response\":{Response("in_progress", "", "null")}").Add("response.in_progress", $"\"response\":{Response("in_progress", "", "null")}");

    internal ResponseScript Reasoning(int index, bool done = true)
    {
        string item = $"{{\"id\":\"rs_{provider}\",\"type\":\"reasoning\",\"summary\":[]}}";
        Add("response.output_item.added", $"\"output_index\":{index},\"item\":{item}");
        Add("response.reasoning_summary_text.delta", $"\"item_id\":\"rs_{provider}\",\"output_index\":{index},\"summary_index\":0,\"delta\":\"Hm.\"");
        return done ? Add("response.output_item.done", $"\"output_index\":{index},\"item\":{item}") : this;
    }

    internal ResponseScript Begin(int index) =>
        Add("response.output_item.added", $"\"output_index\":{index},\"item\":{Message("in_progress", null)}")
            .Add("response.content_part.added", $"{Place(index)},\"part\":{Part("")}");

    internal ResponseScript Words(int index, string text)
    {
        foreach (string word in Answers.Split(text))
        {
            Add("response.output_text.delta", $"{Place(index)},\"delta\":\"{Answers.Raw(word)}\",\"logprobs\":[]");
        }

        return this;
    }

    internal ResponseScript End(int index, string text) =>
        Add("response.output_text.done", $"{Place(index)},\"text\":\"{Answers.Raw(text)}\",\"logprobs\":[]")
            .Add("response.content_part.done", $"{Place(index)},\"part\":{Part(text)}")
            .Add("response.output_item.done", $"\"output_index\":{index},\"item\":{Message("completed", text)}");

    internal ResponseScript Call(int index)
    {
        string item = $"{{\"id\":\"fc_{provider}\",\"type\":\"function_call\",\"call_id\":\"call_1\",\"name\":\"look\",\"arguments\":\"{{}}\",\"status\":\"completed\"}}";
        return Add("response.output_item.added", $"\"output_index\":{index},\"item\":{item}")
            .Add("response.function_call_arguments.delta", $"\"item_id\":\"fc_{provider}\",\"output_index\":{index},\"delta\":\"{{}}\"")
            .Add("response.output_item.done", $"\"output_index\":{index},\"item\":{item}");
    }

    internal ResponseScript Completed(string output = "") => Add(
        "response.completed",
        $"\"response\":{Response("completed", output, "{\"input_tokens\":10,\"input_tokens_details\":{\"cached_tokens\":0},\"output_tokens\":7,\"total_tokens\":17}")}");

    internal ResponseScript Failed() => Add("response.failed", $"\"response\":{{\"id\":\"resp_{provider}\",\"status\":\"failed\",\"error\":{{\"code\":\"server_error\",\"message\":\"The engine fell over.\"}}}}");

    internal ResponseScript Add(string type, string rest)
    {
        _events.Add(string.Create(CultureInfo.InvariantCulture, $"event: {type}\ndata: {{\"type\":\"{type}\",\"sequence_number\":{_number++},{rest}}}\n\n"));
        return this;
    }

    /// <summary>A whole answer of one message.</summary>
    internal static ResponseScript Whole(string text, string provider) => new ResponseScript(provider).Created().Begin(0).Words(0, text).End(0, text).Completed();

    internal string Place(int index) => $"\"item_id\":\"msg_{provider}\",\"output_index\":{index},\"content_index\":0";

    private string Message(string status, string? text) =>
        $"{{\"id\":\"msg_{provider}\",\"type\":\"message\",\"status\":\"{status}\",\"content\":[{(text is null ? "" : Part(text))}],\"role\":\"assistant\"}}";

    private static string Part(string text) => $"{{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"{Answers.Raw(text)}\"}}";

    private string Response(string status, string output, string usage) =>
        $"{{\"id\":\"resp_{provider}\",\"object\":\"response\",\"created_at\":{(provider == "one" ? 1111 : 2222)},\"status\":\"{status}\",\"error\":null,\"model\":\"m-{provider}\",\"output\":[{output}],\"usage\":{usage}}}";
}

/// <summary>
/// What a client makes of a Responses stream, put together event by event as the official clients do it, which is only possible while every event
/// belongs where it says.
/// </summary>
internal sealed class ReadResponse
{
    private readonly List<JsonElement> _items = [];
    private readonly List<bool> _done = [];
    private long _next;

    /// <summary>The text of the message, as its deltas gave it.</summary>
    internal string Text { get; private set; } = "";

    /// <summary>The last event's <c>response</c>, where the stream came to its end.</summary>
    internal JsonElement? Completed { get; private set; }

    /// <summary>The code in <c>response.failed</c>; null without.</summary>
    internal string? Error { get; private set; }

    internal bool Whole { get; private set; }

    internal string Octets { get; private set; } = "";

    internal IReadOnlyList<JsonElement> Items => _items;

    internal static async Task<ReadResponse> AskAsync(Gateway gateway, string body)
    {
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Post(body, "/v1/responses"));
        Message head = await Message.ReadHeadAsync(client);
        Assert.Equal(200, head.Status);
        var octets = new MemoryStream();
        var read = new ReadResponse();
        try
        {
            while (!read.Whole)
            {
                byte[] chunk = await Message.ReadChunkAsync(client);
                octets.Write(chunk);
                read.Whole = chunk.Length == 0;
            }
        }
        catch (EndOfStreamException)
        {
            // Cut.
        }

        read.Octets = Encoding.UTF8.GetString(octets.ToArray());
        foreach (string block in read.Octets.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] lines = block.Split('\n');
            Assert.Equal(2, lines.Length);
            JsonElement data = JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement;
            Assert.Equal($"event: {data.GetProperty("type").GetString()}", lines[0]);
            read.Take(data);
        }

        return read;
    }

    internal void IsComplete(string text)
    {
        Assert.True(Whole && Error is null && Completed is not null, $"It did not end well: {Octets}");
        Assert.Equal(text, Text);
        Assert.Equal("resp_one", Completed.Value.GetProperty("id").GetString());
        Assert.Equal(1111, Completed.Value.GetProperty("created_at").GetInt32());
        Assert.All(_done, Assert.True);
        JsonElement[] output = [.. Completed.Value.GetProperty("output").EnumerateArray()];
        Assert.Equal(_items.Select(item => item.GetRawText()), output.Select(item => item.GetRawText()));
        JsonElement message = output.Single(item => item.GetProperty("type").GetString() == "message");
        Assert.Equal(text, message.GetProperty("content")[0].GetProperty("text").GetString());
    }

    internal void IsInterrupted(string beginning)
    {
        Assert.Equal(beginning, Text);
        Assert.Equal("stream_interrupted", Error);
        Assert.False(Whole || Completed is not null, $"It looks complete: {Octets}");
    }

    private void Take(JsonElement data)
    {
        Assert.True(Completed is null && Error is null, $"Something came behind the end: {data}");
        Assert.Equal(_next++, data.GetProperty("sequence_number").GetInt64());
        switch (data.GetProperty("type").GetString())
        {
            case "response.output_item.added":
                Assert.Equal(_items.Count, data.GetProperty("output_index").GetInt32());
                _items.Add(data.GetProperty("item"));
                _done.Add(false);
                break;
            case "response.output_text.delta":
                Text += data.GetProperty("delta").GetString();
                IsAtPlace(data);
                break;
            case "response.output_text.done":
                Assert.Equal(Text, data.GetProperty("text").GetString());
                IsAtPlace(data);
                break;
            case "response.content_part.done":
                Assert.Equal(Text, data.GetProperty("part").GetProperty("text").GetString());
                IsAtPlace(data);
                break;
            case "response.output_item.done":
                int index = data.GetProperty("output_index").GetInt32();
                Assert.Equal(_items[index].GetProperty("id").GetString(), data.GetProperty("item").GetProperty("id").GetString());
                _items[index] = data.GetProperty("item");
                _done[index] = true;
                break;
            case "response.completed":
                Completed = data.GetProperty("response");
                break;
            case "response.failed":
                Error = data.GetProperty("response").GetProperty("error").GetProperty("code").GetString();
                break;
        }
    }

    private void IsAtPlace(JsonElement data)
    {
        int index = data.GetProperty("output_index").GetInt32();
        Assert.Equal(_items[index].GetProperty("id").GetString(), data.GetProperty("item_id").GetString());
        Assert.False(_done[index]);
    }
}

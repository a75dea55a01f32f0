using System.Text;
using System.Text.Json;
using FastGate.Providers.OpenAi;

namespace FastGate.Providers.Tests.OpenAi.Fuzz;

public sealed class ChatChunkOracleTests
{
    private static readonly string[] Members =
    [
        "\"id\":\"c\"", "\"error\":null", "\"error\":{\"message\":\"m\",\"code\":1}", "\"error\":\"m\"", "\"error\":false", "\"usage\":null",
        "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"x\":{\"y\":[1]}}", "\"created\":1.5e3", "\"object\":\"chat.completion.chunk\"", "\"x\":[[],{}]",
    ];

    private static readonly string[] Deltas =
    [
        "\"role\":\"assistant\"", "\"content\":\"\"", "\"content\":\"a\\nb\"", "\"content\":null", "\"content\":[{}]", "\"c\\u006fntent\":\"x\"", "\"tool_calls\":[]",
        "\"tool_calls\":[{\"index\":0}]", "\"refusal\":\"no\"", "\"refusal\":null", "\"reasoning\":\"r\"", "\"reasoning_content\":\"\"", "\"audio\":{\"id\":1}",
    ];

    private static readonly string[] Octets = ["{", "}", "[", "]", ",", ":", "\"", "\\", "0", "-", "null", "t", " ", "\n", "\u00e9"];

    [Theory]
    [InlineData(20261121)]
    [InlineData(404)]
    public void Chunks_are_judged_as_by_the_oracle(int seed)
    {
        var random = new Random(seed);
        int valid = 0;
        for (int round = 0; round < 40_000; round++)
        {
            string json = Compose(random);
            byte[] octets = Encoding.UTF8.GetBytes(json);
            ChatChunkFlags? expected = Oracle(octets);
            ChatChunkFlags? flags = ChatChunkScanner.TryScan(octets, out ChatChunk chunk) ? chunk.Flags : null;
            Assert.True(expected == flags, $"seed {seed}, round {round}: expected {expected}, was {flags}: {json}");
            valid += flags is null ? 0 : 1;
        }

        Assert.InRange(valid, 10_000, 39_000);
    }

    private static string Compose(Random random)
    {
        List<string> members = [.. random.GetItems(Members, random.Next(0, 4)).DistinctBy(NameOf)];
        IEnumerable<string> choices = Enumerable.Range(0, random.Next(0, 3)).Select(index =>
        {
            string delta = string.Join(',', random.GetItems(Deltas, random.Next(0, 4)).DistinctBy(NameOf));
            string finish = random.Next(3) == 0 ? "\"stop\"" : "null";
            return $$"""{"index":{{index}},"delta":{ {{delta}} },"finish_reason":{{finish}}}""";
        });
        members.Insert(random.Next(0, members.Count + 1), $"\"choices\":[{string.Join(" , ", choices)}]");
        string json = "{" + string.Join(random.Next(2) == 0 ? "," : " ,\n", members) + "}";

        // Half of them damaged in one place.
        int at = random.Next(0, json.Length);
        return random.Next(4) switch
        {
            0 => json.Insert(at, Octets[random.Next(Octets.Length)]),
            1 => json.Remove(at, Math.Min(random.Next(1, 4), json.Length - at)),
            _ => json,
        };
    }

    private static string NameOf(string member) => member.Contains("ontent\"", StringComparison.Ordinal) ? "content" : member.Split(':')[0];

    private static ChatChunkFlags? Oracle(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Flags(document.RootElement) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ChatChunkFlags Flags(JsonElement root)
    {
        ChatChunkFlags flags = ChatChunkFlags.None;
        foreach (JsonProperty member in root.EnumerateObject())
        {
            flags |= member.Name switch
            {
                "error" when member.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False) => ChatChunkFlags.Error,
                "usage" when member.Value.ValueKind == JsonValueKind.Object => ChatChunkFlags.Usage,
                "choices" when member.Value.ValueKind == JsonValueKind.Array =>
                    member.Value.EnumerateArray().Aggregate(ChatChunkFlags.None, (all, choice) => all | Choice(choice)),
                _ => ChatChunkFlags.None,
            };
        }

        return flags;
    }

    private static ChatChunkFlags Choice(JsonElement choice)
    {
        ChatChunkFlags flags = ChatChunkFlags.None;
        if (choice.ValueKind != JsonValueKind.Object)
        {
            return flags;
        }

        foreach (JsonProperty member in choice.EnumerateObject())
        {
            if (member.Name == "finish_reason" && Says(member.Value))
            {
                flags |= ChatChunkFlags.Finish;
            }
            else if (member.Name == "delta" && member.Value.ValueKind == JsonValueKind.Object)
            {
                flags = member.Value.EnumerateObject().Aggregate(flags, (all, part) => all | Delta(part));
            }
        }

        return flags;
    }

    private static ChatChunkFlags Delta(JsonProperty part) => !HasSomething(part.Value) ? ChatChunkFlags.None : part.Name switch
    {
        "content" => ChatChunkFlags.Content,
        "tool_calls" => ChatChunkFlags.ToolCall,
        "refusal" => ChatChunkFlags.Refusal,
        "reasoning" or "reasoning_content" => ChatChunkFlags.Reasoning,
        "audio" => ChatChunkFlags.Audio,
        _ => ChatChunkFlags.None,
    };

    private static bool HasSomething(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetRawText().Length > 2,
        JsonValueKind.Array => value.GetRawText().Length > 2,
        JsonValueKind.Object => value.GetRawText().Length > 2,
        _ => false,
    };

    private static bool Says(JsonElement value) => value.ValueKind == JsonValueKind.Number || (value.ValueKind == JsonValueKind.String && HasSomething(value));
}

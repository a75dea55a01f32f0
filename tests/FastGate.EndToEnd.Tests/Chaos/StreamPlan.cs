using System.Text;
using System.Text.Json;

namespace FastGate.EndToEnd.Tests.Chaos;

/// <summary>What is asked for.</summary>
internal enum Surface
{
    Chat,
    TwoChoices,
    ToolCall,
    StructuredOutput,
    Unary,
    LegacyCompletion,
    Responses,
}

/// <summary>How a client treats what it gets.</summary>
internal enum Manner
{
    Reads,

    /// <summary>A long answer, through a small window, with pauses: the gateway is held back by it.</summary>
    ReadsSlowly,

    /// <summary>Is gone after some events, for good.</summary>
    Leaves,

    /// <summary>Loses its connection after some events and comes back for the rest, again and again.</summary>
    ComesBack,
}

/// <summary>One client's request and behaviour. The same seed and number make the same plan.</summary>
internal sealed class StreamPlan
{
    // Doubled letters where a token may end, letters of two to four bytes, and what JSON escapes.
    private static readonly string[] Words =
    [
        "fjord", "bookkeeper", "hammmmmmmmmmer", "naïve", "délicatesse", "漢字漢字", "\"quoted\"", "back\\slash", "tab\there", "line\nbreak", "🚀🚀", "👩‍🚀", "</script>", "null", "data:",
        "mississippi", "Straße", "a", "llama", "committees", "data: [DONE]", "{\"x\":1}", "\u2028", "é́",
    ];

    // A short word said twice cannot be told from one that occurs twice; these can.
    private static readonly string[] LongWords = ["hammmmmmmmmmer", "délicatesse", "mississippi", "committees", "bookkeeper", "Straßenbahn"];

    private readonly bool _repeatsWords;

    private StreamPlan(int number, Surface surface, Manner manner, string text, int[] stops, bool usage, bool byPath, bool repeatsWords)
    {
        _repeatsWords = repeatsWords;
        Number = number;
        Surface = surface;
        Manner = manner;
        Text = text;
        Stops = stops;
        Usage = usage;
        ComesBackByPath = byPath;
    }

    public int Number { get; }

    public Surface Surface { get; }

    public Manner Manner { get; }

    /// <summary>The text an echo asks for, or the question of an answer that has another form.</summary>
    public string Text { get; }

    /// <summary>For one that leaves: after how many events. For one that comes back: after how many events of each connection it is lost.</summary>
    public int[] Stops { get; }

    public bool Usage { get; }

    /// <summary>It comes back by <c>GET /v1/streams/TOKEN</c>, else by repeating its request.</summary>
    public bool ComesBackByPath { get; }

    public bool Streams => Surface != Surface.Unary;

    public string Path => Surface switch
    {
        Surface.LegacyCompletion => "/v1/completions",
        Surface.Responses => "/v1/responses",
        _ => "/v1/chat/completions",
    };

    public static StreamPlan Of(int seed, int number)
    {
        var random = new Random(unchecked((seed * 1_000_003) + number));
        Surface surface = random.Next(100) switch
        {
            < 62 => Surface.Chat,
            < 66 => Surface.TwoChoices,
            < 72 => Surface.ToolCall,
            < 76 => Surface.StructuredOutput,
            < 84 => Surface.Unary,
            < 92 => Surface.LegacyCompletion,
            _ => Surface.Responses,
        };
        Manner manner = surface == Surface.Unary ? Manner.Reads : random.Next(100) switch
        {
            < 60 => Manner.Reads,
            < 65 => Manner.ReadsSlowly,
            < 75 => Manner.Leaves,
            _ => Manner.ComesBack,
        };

        int words = manner == Manner.ReadsSlowly ? 1500 : random.Next(1, 50);
        bool repeatsWords = surface != Surface.LegacyCompletion && random.Next(5) == 0;
        string[] vocabulary = repeatsWords ? LongWords : Words;
        var text = new StringBuilder();
        for (int i = 0; i < words; i++)
        {
            // Numbered, so that no text repeats itself and what is said twice can be told from what occurs twice.
            text.Append(i == 0 ? "" : " ").Append(vocabulary[random.Next(vocabulary.Length)]).Append(i);
        }

        int[] stops = manner switch
        {
            Manner.Leaves => [random.Next(0, words + 3)],
            Manner.ComesBack => [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(0, 20))],
            _ => [],
        };
        return new StreamPlan(number, surface, manner, text.ToString(), stops, usage: random.Next(2) == 0, byPath: random.Next(2) == 0, repeatsWords);
    }

    /// <summary>The request's body.</summary>
    /// <param name="model">The route, or a model of the provider that is asked directly.</param>
    /// <param name="stream">Whether as a stream: a whole answer is what the stream must add up to.</param>
    public string Body(string model, bool stream)
    {
        string question = JsonSerializer.Serialize(Surface is Surface.ToolCall or Surface.StructuredOutput or Surface.LegacyCompletion ? $"Question {Number}?" : "echo: " + Text);
        string options = stream ? ",\"stream\":true" + (Usage && Surface != Surface.Responses ? ",\"stream_options\":{\"include_usage\":true}" : "") : "";
        string asked = Surface switch
        {
            Surface.LegacyCompletion => $"\"prompt\":{question},\"max_tokens\":4000",
            Surface.Responses => $"\"input\":{question}",
            _ => $"\"messages\":[{{\"role\":\"system\",\"content\":\"Be brief.\"}},{{\"role\":\"user\",\"content\":{question}}}]",
        };
        const string Schema =
            "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"},\"days\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},"
            + "\"required\":[\"city\",\"days\"],\"additionalProperties\":false}";
        string more = Surface switch
        {
            Surface.TwoChoices => ",\"n\":2",
            Surface.ToolCall => $",\"tools\":[{{\"type\":\"function\",\"function\":{{\"name\":\"weather\",\"parameters\":{Schema}}}}}]",
            Surface.StructuredOutput => $",\"response_format\":{{\"type\":\"json_schema\",\"json_schema\":{{\"name\":\"weather\",\"schema\":{Schema}}}}}",
            _ => "",
        };
        return $"{{\"model\":\"{model}\",{asked}{more}{options},\"metadata\":{{\"mock_tag\":\"{Number}\"{(_repeatsWords ? ",\"mock_continue\":\"word\"" : "")}}}}}";
    }

    /// <summary>The same request of a client that treats what it gets otherwise.</summary>
    public StreamPlan As(Manner manner, params int[] stops) => new(Number, Surface, manner, Text, stops, Usage, ComesBackByPath, _repeatsWords);

    public override string ToString() => $"stream {Number} ({Surface}, {Manner}{(Stops.Length > 0 ? $" after {string.Join(", ", Stops)}" : "")})";
}

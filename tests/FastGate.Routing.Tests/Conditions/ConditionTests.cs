using System.Text;
using System.Text.Json;
using FastGate.Routing.Conditions;

namespace FastGate.Routing.Tests.Conditions;

public sealed class ConditionTests
{
    private const string Request = """
        {"metadata":{"plan":"pro","tier":3,"beta":true,"none":null,"user":{"org":{"name":"acme"}},"a.b":"dotted","tags":["x"],"long":"é"},
         "params":{"temperature":0.7,"model":"chat","response_format":{"type":"json_schema"}},
         "headers":{"x-team":"search","x-count":"12"},
         "path":"/v1/chat/completions"}
        """;

    [Theory]
    [InlineData("""{"metadata.plan":"pro"}""", true)]
    [InlineData("""{"metadata.plan":"free"}""", false)]
    [InlineData("""{"metadata.plan":{"$eq":"pro"}}""", true)]
    [InlineData("""{"metadata.plan":{"$ne":"free"}}""", true)]
    [InlineData("""{"metadata.tier":{"$gt":2}}""", true)]
    [InlineData("""{"metadata.tier":{"$gt":3}}""", false)]
    [InlineData("""{"metadata.tier":{"$gte":3}}""", true)]
    [InlineData("""{"metadata.tier":{"$lt":3}}""", false)]
    [InlineData("""{"metadata.tier":{"$lte":3}}""", true)]
    [InlineData("""{"metadata.tier":{"$gt":1,"$lt":5}}""", true)]
    [InlineData("""{"metadata.tier":{"$gt":"a"}}""", false)]
    [InlineData("""{"metadata.plan":{"$gt":"aaa"}}""", true)]
    [InlineData("""{"metadata.plan":{"$in":["free","pro"]}}""", true)]
    [InlineData("""{"metadata.plan":{"$in":["free"]}}""", false)]
    [InlineData("""{"metadata.plan":{"$nin":["free"]}}""", true)]
    [InlineData("""{"metadata.beta":true}""", true)]
    [InlineData("""{"metadata.beta":1}""", false)]
    [InlineData("""{"metadata.none":null}""", true)]
    [InlineData("""{"metadata.plan":null}""", false)]
    [InlineData("""{"metadata.user.org.name":"acme"}""", true)]
    [InlineData("""{"metadata.user.org.name.more":"acme"}""", false)]
    [InlineData("""{"metadata.user.org":{"$exists":true}}""", true)]
    [InlineData("""{"metadata.a\\.b":"dotted"}""", true)]
    [InlineData("""{"metadata.tags":"x"}""", false)]
    [InlineData("""{"metadata.long":"é"}""", true)]
    [InlineData("""{"params.response_format.type":{"$regex":"^json"}}""", true)]
    [InlineData("""{"metadata.long":{"$regex":"^é$"}}""", true)]
    [InlineData("""{"metadata.tier":{"$regex":"3"}}""", false)]
    [InlineData("""{"headers.X-Team":"search"}""", true)]
    [InlineData("""{"headers.x-count":{"$gte":12}}""", true)]
    [InlineData("""{"headers.x-team":{"$gte":12}}""", false)]
    [InlineData("""{"path":{"$regex":"/chat/"}}""", true)]
    [InlineData("""{"$and":[{"metadata.plan":"pro"},{"metadata.tier":3}]}""", true)]
    [InlineData("""{"$or":[{"metadata.plan":"free"},{"metadata.tier":3}]}""", true)]
    [InlineData("""{"$or":[{"metadata.plan":"free"},{"metadata.tier":4}]}""", false)]
    [InlineData("""{"$not":{"metadata.plan":"free"}}""", true)]
    [InlineData("""{"metadata.plan":{"$not":{"$in":["free"]}}}""", true)]
    [InlineData("""{"metadata.plan":"pro","params.model":"other"}""", false)]
    public void Conditions_hold_as_written(string condition, bool expected) => Assert.Equal(expected, Holds(condition));

    [Theory]
    [InlineData("""{"metadata.absent":"x"}""")]
    [InlineData("""{"metadata.absent":null}""")]
    [InlineData("""{"metadata.absent":{"$ne":"x"}}""")]
    [InlineData("""{"metadata.absent":{"$gt":0}}""")]
    [InlineData("""{"metadata.absent":{"$lte":0}}""")]
    [InlineData("""{"metadata.absent":{"$in":["x"]}}""")]
    [InlineData("""{"metadata.absent":{"$nin":["x"]}}""")]
    [InlineData("""{"metadata.absent":{"$regex":".*"}}""")]
    [InlineData("""{"metadata.absent":{"$exists":true}}""")]
    [InlineData("""{"metadata.plan.deeper":{"$ne":"x"}}""")]
    public void Absent_facts_are_false(string condition) => Assert.False(Holds(condition));

    [Fact]
    public void Absence_can_be_asked_for()
    {
        Assert.True(Holds("""{"metadata.absent":{"$exists":false}}"""));
        Assert.True(Holds("""{"$not":{"metadata.absent":"x"}}"""));
        Assert.False(Holds("""{"metadata.plan":{"$exists":false}}"""));
    }

    [Theory]
    [InlineData("""{}""", "when", "empty condition")]
    [InlineData("""[1]""", "when", "is a map")]
    [InlineData("""{"plan":"pro"}""", "when.plan", "metadata.<key>")]
    [InlineData("""{"metadata..x":"pro"}""", "when.metadata..x", "empty key")]
    [InlineData("""{"metadata.plan":{"$gte2":1}}""", "when.metadata.plan.$gte2", "did you mean $gte?")]
    [InlineData("""{"$eq":1}""", "when.$eq", "under")]
    [InlineData("""{"$adn":[]}""", "when.$adn", "did you mean $and?")]
    [InlineData("""{"$and":[{"metadata.a":1},{"$or":[]}]}""", "when.$and[1].$or", "at least one")]
    [InlineData("""{"metadata.plan":["a"]}""", "when.metadata.plan", "$in")]
    [InlineData("""{"metadata.plan":{}}""", "when.metadata.plan", "empty comparison")]
    [InlineData("""{"metadata.plan":{"$in":"a"}}""", "when.metadata.plan.$in", "list")]
    [InlineData("""{"metadata.plan":{"$gt":true}}""", "when.metadata.plan.$gt", "number or a string")]
    [InlineData("""{"metadata.plan":{"$exists":1}}""", "when.metadata.plan.$exists", "true or false")]
    [InlineData("""{"metadata.plan":{"$regex":"("}}""", "when.metadata.plan.$regex", "character")]
    [InlineData("""{"metadata.plan":{"$regex":"(a)\\1"}}""", "when.metadata.plan.$regex", "linear time")]
    public void Errors_name_the_place_and_the_remedy(string condition, string at, string remedy)
    {
        List<ConditionError> errors = [];
        Assert.Null(Condition.Compile(Parse(condition), "when", errors));
        ConditionError error = Assert.Single(errors);
        Assert.Equal(at, error.At);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_reported_with_their_lines()
    {
        List<ConditionError> errors = [];
        var condition = ConditionValue.OfMap(
        [
            new("nonsense", ConditionValue.Of(1, 3, 5)),
            new("metadata.x", ConditionValue.OfMap([new("$regex", ConditionValue.Of("[", 4, 9))])),
        ]);
        Assert.Null(Condition.Compile(condition, "when", errors));
        Assert.Equal([(3, 5), (4, 9)], errors.Select(error => (error.Line, error.Column)));
    }

    [Fact]
    public void A_condition_nested_without_end_is_an_error()
    {
        string nested = string.Concat(Enumerable.Repeat("""{"$not":""", 60)) + """{"path":"/"}""" + new string('}', 60);
        List<ConditionError> errors = [];
        Assert.Null(Condition.Compile(Parse(nested), "when", errors));
        Assert.Contains("at most 32", Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_that_would_explode_is_answered_in_linear_time()
    {
        Condition condition = Compile("""{"params.text":{"$regex":"^(a+)+$"}}""");
        JsonFacts facts = new("""{"params":{"text":" """.TrimEnd() + new string('a', 100_000) + """!"}}""");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        condition.Holds(ref facts);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
    }

    [Fact]
    public void Judging_a_request_allocates_nothing()
    {
        Condition condition = Compile("""{"$or":[{"metadata.x":{"$regex":"^never"}},{"metadata.x":{"$in":["a","b"]}},{"metadata.x":{"$gt":3}}]}""");
        FixedFacts facts = new();
        for (int i = 0; i < 200; i++)
        {
            condition.Holds(ref facts);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            condition.Holds(ref facts);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static bool Holds(string condition)
    {
        JsonFacts facts = new(Request);
        return Compile(condition).Holds(ref facts);
    }

    private static Condition Compile(string condition)
    {
        List<ConditionError> errors = [];
        var compiled = Condition.Compile(Parse(condition), "when", errors);
        Assert.True(compiled is not null, string.Join("\n", errors));
        return compiled;
    }

    private static ConditionValue Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Convert(document.RootElement);
    }

    private static ConditionValue Convert(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => ConditionValue.OfMap([.. element.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, Convert(p.Value)))]),
        JsonValueKind.Array => ConditionValue.OfList([.. element.EnumerateArray().Select(Convert)]),
        JsonValueKind.String => ConditionValue.Of(element.GetString()!),
        JsonValueKind.Number => ConditionValue.Of(element.GetDouble()),
        JsonValueKind.Null => ConditionValue.OfNull(),
        _ => ConditionValue.Of(element.ValueKind == JsonValueKind.True),
    };

    private readonly ref struct FixedFacts : IRequestFacts
    {
        public bool TryGet(FactPath path, out FactValue value)
        {
            value = FactValue.Of("something else"u8);
            return true;
        }
    }

    /// <summary>Facts over one JSON document, slow and plain.</summary>
    private readonly struct JsonFacts(string json) : IRequestFacts
    {
        private readonly JsonElement _root = JsonDocument.Parse(json).RootElement;

        public bool TryGet(FactPath path, out FactValue value)
        {
            value = default;
            JsonElement at = _root;
            string[] names = [path.Source.ToString().ToLowerInvariant(), .. Enumerable.Range(0, path.Depth).Select(i => Encoding.UTF8.GetString(path[i]))];
            foreach (string name in names)
            {
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                {
                    return false;
                }
            }

            value = at.ValueKind switch
            {
                JsonValueKind.String => FactValue.Of(Encoding.UTF8.GetBytes(at.GetString()!)),
                JsonValueKind.Number => FactValue.Of(at.GetDouble()),
                JsonValueKind.True or JsonValueKind.False => FactValue.Of(at.GetBoolean()),
                JsonValueKind.Null => FactValue.Null,
                _ => FactValue.Composite,
            };
            return true;
        }
    }
}

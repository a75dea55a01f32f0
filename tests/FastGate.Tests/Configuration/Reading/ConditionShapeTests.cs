using System.Globalization;
using System.Text;
using FastGate.Routing.Conditions;

namespace FastGate.Tests.Configuration.Reading;

public class ConditionShapeTests
{
    private readonly ConfigText _config = new();

    [Theory]
    [InlineData("{ metadata.plan: pro }", "metadata.plan=pro", true)]
    [InlineData("{ metadata.plan: pro }", "metadata.plan=free", false)]
    [InlineData("{ metadata.plan: pro }", "", false)]
    [InlineData("{ metadata.a.b.c: { $in: [x, y] }, path: /v1/chat/completions }", "metadata.a.b.c=y path=/v1/chat/completions", true)]
    [InlineData("{ params.max_tokens: { $gte: 100, $lt: 1e3 } }", "params.max_tokens=#999", true)]
    [InlineData("{ params.max_tokens: { $gte: 100, $lt: 1e3 } }", "params.max_tokens=#1000", false)]
    [InlineData("{ params.temperature: -1.5 }", "params.temperature=#-1.5", true)]
    [InlineData("{ params.stream: true }", "params.stream=!true", true)]
    [InlineData("{ params.stream: 'true' }", "params.stream=!true", false)]
    [InlineData("{ metadata.version: '1' }", "metadata.version=#1", false)]
    [InlineData("{ metadata.version: 1.2.3 }", "metadata.version=1.2.3", true)]
    [InlineData("{ metadata.owner: null }", "metadata.owner=~", true)]
    [InlineData("{ metadata.owner: 'null' }", "metadata.owner=~", false)]
    [InlineData("{ $or: [{ headers.X-Tier: gold }, { $not: { params.user: { $exists: true } } }] }", "params.user=u headers.x-tier=gold", true)]
    [InlineData("{ params.model: { $regex: '^gpt-4(o|[.]1)$' } }", "params.model=gpt-4.1", true)]
    [InlineData("{ headers.x-region: '${REGION}' }", "headers.x-region=eu", true)]
    [InlineData("{ metadata.a\\.b: x }", "metadata.a\\.b=x", true)]
    public void A_condition_means_what_yaml_says(string when, string facts, bool expected)
    {
        var request = new Facts(facts);

        Assert.Equal(expected, Compile(when).Holds(ref request));
    }

    [Fact]
    public void A_value_put_in_without_quotes_may_be_a_number()
    {
        var request = new Facts("params.n=#7");
        var condition = _config.Variable("LIMIT", "5").Valid($$"""
            {{ConfigText.OneProvider}}
            routes:
              chat:
                targets:
                  - target: openai/m
                    when:
                      params.n:
                        $gt: ${LIMIT}
            """).Routes[0].Targets[0].When!;

        Assert.True(condition.Holds(ref request));
    }

    [Theory]
    [InlineData("pro", "3:16: $at: a condition is a map such as { metadata.plan: pro }")]
    [InlineData("{}", "3:16: $at: an empty condition decides nothing: remove it, or write what must hold")]
    [InlineData("~", "3:16: $at: a condition is a map")]
    [InlineData("{ plan: pro }", "3:18: $at.plan: \"plan\" is no fact: write metadata.<key>, params.<key>, headers.<name> or path")]
    [InlineData("{ metadata.plan: }", "3:33: $at.metadata.plan: has no value; write what to compare with, or remove the key")]
    [InlineData("{ metadata.plan: { $gtt: 5 } }", "3:35: $at.metadata.plan.$gtt: there is no comparison $gtt (did you mean $gt?)")]
    [InlineData("{ metadata.plan: [a, b] }", "3:18: $at.metadata.plan: a fact is compared with one value; for several write { $in: [...] }")]
    [InlineData("{ metadata.plan: { $in: a } }", "3:35: $at.metadata.plan.$in: takes a list")]
    [InlineData("{ $and: [{ path: x }, { plan: y }] }", "3:40: $at.$and[1].plan: \"plan\" is no fact")]
    [InlineData("{ $or: [] }", "3:18: $at.$or: takes a list of at least one condition")]
    [InlineData("{ path: { $regex: '(' } }", "3:26: $at.path.$regex: the pattern is wrong at character 1")]
    [InlineData("{ path: { $regex: '(?=x)' } }", "3:26: $at.path.$regex: patterns run in linear time")]
    [InlineData("{ path: { $regex: '${PATTERN}' } }", "3:26: $at.path.$regex: what ${...} puts in here makes it wrong; check where the value comes from")]
    [InlineData("{ path: '${MISSING}' }", "3:24: $at.path: needs the environment variable MISSING")]
    public void What_does_not_parse_is_reported_where_it_stands(string when, string expected) =>
        Assert.StartsWith(
            expected.Replace("$at", "routes.chat.targets[0].when", StringComparison.Ordinal),
            _config.Variable("PATTERN", "(x").Error($"{ConfigText.OneProvider}routes: {{ chat: {{ targets: [{{ target: openai/m,\n         when: {when} }}] }} }}\n"));

    [Fact]
    public void Every_mistake_of_a_condition_is_reported_on_its_line() =>
        Assert.Equal(
            [
                "8:11: routes.chat.targets[0].when.meta.x",
                "11:13: routes.chat.targets[0].when.$or[0].path.$lke",
                "12:13: routes.chat.targets[0].when.$or[1]",
            ],
            _config.Errors($$"""
                {{ConfigText.OneProvider}}
                routes:
                  chat:
                    targets:
                      - target: openai/m
                        when:
                          meta.x:
                            $eq: 1
                          $or: [ { path: {
                            $lke: x } },
                            [] ]
                """).Select(error => error[..error.IndexOf(": ", error.IndexOf("when", StringComparison.Ordinal), StringComparison.Ordinal)]));

    [Fact]
    public void Aliases_cannot_make_a_condition_grow_without_bound()
    {
        StringBuilder text = new("groups:\n  g:\n    targets:\n      - target: openai/m\n        when:\n          $and:\n            - &a0 { path: x }\n");
        for (int i = 1; i < 20; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"            - &a{i} {{ $and: [*a{i - 1}, *a{i - 1}, *a{i - 1}] }}\n");
        }

        Assert.Contains("the condition holds more than 1000 values; write a smaller one", _config.Error($"{text}{ConfigText.OneProvider}"));
    }

    private Condition Compile(string when) =>
        _config.Variable("REGION", "eu").Valid($"{ConfigText.OneProvider}routes: {{ chat: {{ targets: [{{ target: openai/m, when: {when} }}] }} }}\n").Routes[0].Targets[0].When!;

    /// <summary>"path=value" by spaces; #number, !boolean, ~ null, else text.</summary>
    private readonly struct Facts(string text) : IRequestFacts
    {
        public bool TryGet(FactPath path, out FactValue value)
        {
            foreach (string fact in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                int equals = fact.IndexOf('=', StringComparison.Ordinal);
                if (string.Equals(fact[..equals], path.Text, StringComparison.OrdinalIgnoreCase))
                {
                    string written = fact[(equals + 1)..];
                    value = written[0] switch
                    {
                        '#' => FactValue.Of(double.Parse(written[1..], CultureInfo.InvariantCulture)),
                        '!' => FactValue.Of(written == "!true"),
                        '~' => FactValue.Null,
                        _ => FactValue.Of(Encoding.UTF8.GetBytes(written)),
                    };
                    return true;
                }
            }

            value = default;
            return false;
        }
    }
}

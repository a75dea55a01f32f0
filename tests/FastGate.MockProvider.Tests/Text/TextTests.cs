using System.Text;
using System.Text.Json;
using FastGate.MockProvider.Text;
using FsCheck;
using FsCheck.Fluent;

namespace FastGate.MockProvider.Tests.Text;

public sealed class TextTests
{
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithReplay(20261121, 7).WithMaxTest(500);

    [Fact]
    public void Tokens_joined_are_the_text_and_none_splits_a_character()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<string>().Filter(text => text is not null), text =>
        {
            // Texts of the generator may hold lone surrogates; such a text is no text, so it is mended first.
            string whole = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) + " 👩‍🚀é";
            List<string> tokens = Tokens.Split(whole);
            return string.Concat(tokens) == whole
                && tokens.Count == Tokens.Count(whole)
                && tokens.All(token => token.Length > 0 && token == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(token)));
        }).Check(Fixed);
    }

    [Theory]
    [InlineData("one two", "one| two")]
    [InlineData("Wait. What?", "Wait|.| What|?")]
    [InlineData("extraordinarily", "extraord|inarily")]
    [InlineData("a  b", "a| | b")]
    [InlineData("🚀🌊 é", "🚀|🌊| é")]
    public void Tokens_are_cut_as_a_tokenizer_would(string text, string tokens) => Assert.Equal(tokens.Split('|'), Tokens.Split(text));

    [Fact]
    public void Prose_has_exactly_the_tokens_asked_for_and_a_longer_one_begins_with_a_shorter()
    {
        Prop.ForAll(Gen.Choose(1, 300).ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (tokens, seed) =>
        {
            string text = Prose.Compose($"seed {seed}", tokens);
            return Tokens.Count(text) == tokens && Prose.Compose($"seed {seed}", tokens + 20).StartsWith(text, StringComparison.Ordinal);
        }).Check(Fixed);
    }

    [Fact]
    public void Prose_is_the_same_on_every_machine_and_not_all_ASCII()
    {
        Assert.Equal("Fjord", Prose.Compose("hello", 12).Split(' ')[0]);
        Assert.True(Enumerable.Range(0, 20).Count(i => !Ascii.IsValid(Prose.Compose($"{i}", 32))) > 10);
    }

    [Theory]
    [InlineData("""{"type":"string","minLength":30,"maxLength":31}""")]
    [InlineData("""{"type":"string","maxLength":2}""")]
    [InlineData("""{"type":"integer","minimum":-5,"maximum":-3}""")]
    [InlineData("""{"type":"integer","exclusiveMinimum":9,"exclusiveMaximum":11}""")]
    [InlineData("""{"type":"number","maximum":-100}""")]
    [InlineData("""{"type":"number","multipleOf":0.5,"minimum":0.3,"maximum":0.7}""")]
    [InlineData("""{"type":"array","items":{"type":"boolean"},"minItems":4}""")]
    [InlineData("""{"type":"array","items":{"type":"null"},"maxItems":1}""")]
    [InlineData("""{"enum":["a",1,null]}""")]
    [InlineData("""{"const":{"x":[1]}}""")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"null"}]}""")]
    [InlineData("""{"type":["null","boolean"]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"array","items":{"type":"integer"}}},"required":["b"]}},"required":["a"]}""")]
    [InlineData("""{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["v","next"]}}}""")]
    [InlineData("""{"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#/$defs/tree"}}},"required":["kids"]}}}""")]
    public void Sample_satisfies_its_schema(string schema)
    {
        JsonElement root = JsonDocument.Parse(schema).RootElement;
        for (int seed = 0; seed < 50; seed++)
        {
            string sample = SchemaSample.Compose(root, $"seed {seed}");
            Assert.True(SchemaOracle.Accepts(root, root, JsonDocument.Parse(sample).RootElement), $"seed {seed}: {sample}");
            Assert.Equal(sample, SchemaSample.Compose(root, $"seed {seed}"));
        }
    }

    [Fact]
    public void Schema_without_any_finite_value_still_ends()
    {
        JsonElement endless = JsonDocument.Parse("""{"type":"object","properties":{"self":{"$ref":"#"}},"required":["self"]}""").RootElement;

        Assert.NotEmpty(SchemaSample.Compose(endless, "x"));
    }
}

using FastGate.Configuration;

namespace FastGate.Tests.Configuration.Yaml;

public class YamlTreeTests
{
    private readonly ConfigText _config = new();

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    public void An_empty_file_is_an_error(string text) =>
        Assert.Equal("1:1: the file has no content; name at least one provider under 'providers'", _config.Error(text));

    [Theory]
    [InlineData("---\n")]
    [InlineData("just text\n")]
    [InlineData("[1, 2]\n")]
    public void A_document_that_is_no_mapping_is_an_error(string text) => Assert.Contains("expects keys and values, found", _config.Error(text));

    [Fact]
    public void Several_documents_are_refused() =>
        Assert.StartsWith("2:1: a second document begins here", _config.Error(ConfigText.OneProvider + "---\nlisten: :1\n"));

    [Theory]
    [InlineData("listen: x\n admin: y\n", "2:7: not valid YAML: ")]
    [InlineData("listen: \"x\nadmin: y\n", "1:9: not valid YAML: ")]
    [InlineData("listen: [1,2\nadmin: 3", "not valid YAML from here on; look for a bracket")]
    [InlineData("listen: @x\n", "1:9: not valid YAML: ")]
    [InlineData("server:\n\tmax_head: 1\n", "tab")]
    [InlineData("admin: ':0'\n:\nlisten: x\n", "a ':' has no key before it")]
    [InlineData("server:\n  max_head: 1\n:\nlisten: x\n", "3:2: not valid YAML: a ':' has no key before it")]
    public void Broken_syntax_is_reported_with_its_place(string text, string expected) => Assert.Contains(expected, _config.Error(text));

    [Fact]
    public void An_unquoted_substitution_inside_braces_gets_its_remedy() =>
        Assert.Contains("put quotes around a value with ${...}", _config.Error("providers:\n  openai: { key: ${KEY} }\n"));

    [Fact]
    public void Every_duplicate_key_is_reported_with_the_line_of_the_first() =>
        Assert.Equal(
            ["3:1: 'admin' is given twice, first in line 1; remove one of them", "4:32: 'key' is given twice, first in line 4; remove one of them"],
            _config.Errors("admin: :0\nadmin_token: t\nadmin: :0\nproviders: { openai: { key: a, key: b } }\n"));

    [Fact]
    public void Aliases_repeat_the_anchored_value()
    {
        GatewayConfig config = _config.Valid("""
            providers:
              a: { key: k, timeouts: &patient { total: 1h } }
              b: { key: k, timeouts: *patient }
            """);

        Assert.Equal(TimeSpan.FromHours(1), config.Providers[1].Timeouts.Total);
    }

    [Fact]
    public void Merge_keys_add_what_is_not_written()
    {
        GatewayConfig config = _config.Valid("""
            providers:
              a: &a { key: k, timeouts: { total: 1h }, models: [m] }
              b: { <<: *a, models: [n] }
              c: { <<: [ *a, *a ], key: other }
            """);

        Assert.Equal(TimeSpan.FromHours(1), config.Providers[1].Timeouts.Total);
        Assert.Equal("n", Assert.Single(config.Providers[1].Models));
        Assert.Equal("other", Assert.Single(config.Providers[2].Keys).Value.Reveal());
    }

    [Theory]
    [InlineData("<<: 1\n", "'<<' merges keys and values, found a single value")]
    [InlineData("admin: *nowhere\n", "'*nowhere' refers to an anchor that is not set before it")]
    [InlineData("admin: &self [ *self ]\n", "'*self' refers to an anchor that is not set before it")]
    [InlineData("admin: !!str :0\nadmin_token: t\n", "1:8: YAML tags ('!name') mean nothing here")]
    [InlineData("? { a: b }\n: c\n", "1:3: a key must be a single value, not keys and values")]
    public void Yaml_that_means_nothing_here_is_refused(string text, string expected) => Assert.Contains(expected, _config.Error(text + ConfigText.OneProvider));

    [Fact]
    public void Deep_nesting_is_refused_before_the_stack_ends() =>
        Assert.Contains("nested more than 32 levels deep", _config.Error("listen: " + new string('[', 100_000)));

    [Fact]
    public void Repeated_aliases_do_not_grow_the_work()
    {
        // Each level repeats the one before ten times: ten billion values if they were copied out.
        string text = "a0: &a0 [x, x]\n";
        for (int i = 1; i <= 10; i++)
        {
            text += $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n";
        }

        Assert.Equal(11, _config.Errors(text + "listen: *a10\n" + ConfigText.OneProvider).Count(error => error.Contains("unknown key")));
    }

    [Fact]
    public void No_mutation_of_a_valid_file_makes_the_loader_throw()
    {
        const int Seed = 20261121;
        const int Rounds = 3000;
        const string Alphabet = "{}[]:,-#&*!|>'\"%@` \t\n\r$\\<abz019\u00e9\u0000\u2028";
        string valid = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "fastgate.example.yaml"));
        Random random = new(Seed);
        for (int round = 0; round < Rounds; round++)
        {
            char[] text = valid.ToCharArray();
            int edits = random.Next(1, 6);
            for (int i = 0; i < edits; i++)
            {
                text[random.Next(text.Length)] = Alphabet[random.Next(Alphabet.Length)];
            }

            string mutated = new(text, 0, random.Next(4) == 0 ? random.Next(text.Length) : text.Length);
            ConfigResult result;
            try
            {
                result = _config.Load(mutated);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {Seed}, round {round}:\n{mutated}", failure);
            }

            Assert.Equal(result.IsValid, result.Errors.IsEmpty);
            Assert.All(result.Errors, error => Assert.True(error is { Line: > 0, Column: > 0 }, $"Seed {Seed}, round {round}: {error}"));
        }
    }
}

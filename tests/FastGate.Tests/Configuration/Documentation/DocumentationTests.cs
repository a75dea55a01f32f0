using System.Text.Json;
using System.Text.RegularExpressions;
using FastGate.Configuration;
using FastGate.Configuration.Documentation;

namespace FastGate.Tests.Configuration.Documentation;

public class DocumentationTests
{
    private readonly ConfigText _config = new ConfigText()
        .Variable("OPENAI_API_KEY", "a").Variable("GROQ_API_KEY", "b").Variable("FASTGATE_CLIENT_KEY", "c").Variable("FASTGATE_ADMIN_TOKEN", "d")
        .Variable("ANTHROPIC_API_KEY", "e").Variable("GEMINI_API_KEY", "h")
        .File("/run/secrets/openai", "f").File("/run/secrets/openai-2", "g")
        .File("/etc/fastgate/tls/cert.pem", Pem.One.Certificate).File("/etc/fastgate/tls/key.pem", Pem.One.Key)
        .File("/etc/ssl/internal-ca.pem", "-----BEGIN CERTIFICATE-----");

    [Fact]
    public void The_committed_schema_is_the_one_the_code_writes() =>
        Repository.AssertInStep("docs/fastgate.schema.json", _ => ConfigurationSchema.Write());

    [Fact]
    public void The_reference_in_the_manual_is_the_one_the_code_writes() =>
        Repository.AssertInStep("docs/configuration.md", page =>
        {
            int begin = page.IndexOf(KeyReference.Begin, StringComparison.Ordinal);
            int end = page.IndexOf(KeyReference.End, StringComparison.Ordinal);
            Assert.True(begin >= 0 && end > begin, "docs/configuration.md has lost its markers.");
            return $"{page[..begin]}{KeyReference.Begin}\n\n{KeyReference.Write()}{page[end..]}";
        });

    [Fact]
    public void The_example_is_valid()
    {
        GatewayConfig config = _config.Valid(File.ReadAllText(Path.Combine(Repository.Root, "deploy", "fastgate.example.yaml")));

        Assert.Equal(["openai", "groq"], config.Providers.Select(provider => provider.Name));
        Assert.Equal(["openai/gpt-4o-mini", "groq/llama-3.3-70b-versatile"], config.Routes[0].Targets.Select(target => target.Name));
    }

    [Theory]
    [InlineData("configuration.md")]
    [InlineData("routing.md")]
    public void Every_whole_example_in_the_manual_is_valid(string file)
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", file));
        string[] examples = [.. Regex.Matches(page, "```yaml\n(.*?)```", RegexOptions.Singleline).Select(match => match.Groups[1].Value)];

        Assert.NotEmpty(examples);
        Assert.All(examples, example => _config.Valid(example.Contains("providers:") ? example : example + ConfigText.OneProvider));
    }

    [Fact]
    public void Every_object_of_the_schema_is_closed_and_every_key_described()
    {
        using var schema = JsonDocument.Parse(ConfigurationSchema.Write());
        int keys = 0;
        Visit(schema.RootElement);
        Assert.True(keys > 40, $"{keys} keys");

        void Visit(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Object)
            {
                if (element.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object)
                {
                    Assert.False(element.GetProperty("additionalProperties").GetBoolean());
                    foreach (JsonProperty key in properties.EnumerateObject())
                    {
                        keys++;
                        Assert.EndsWith(".", key.Value.GetProperty("description").GetString());
                    }
                }

                foreach (JsonProperty member in element.EnumerateObject())
                {
                    Visit(member.Value);
                }
            }
            else if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Visit(item);
                }
            }
        }
    }

    [Fact]
    public void Every_reference_in_the_schema_leads_somewhere()
    {
        string text = ConfigurationSchema.Write();
        using var schema = JsonDocument.Parse(text);
        JsonElement definitions = schema.RootElement.GetProperty("$defs");
        string[] references = [.. Regex.Matches(text, "\"\\$ref\": \"#/\\$defs/([a-z_]+)\"").Select(match => match.Groups[1].Value).Distinct()];

        Assert.Equal(definitions.EnumerateObject().Select(definition => definition.Name).Order(), references.Order());
    }

    [Fact]
    public void Defaults_that_are_lists_are_lists_in_the_schema()
    {
        using var schema = JsonDocument.Parse(ConfigurationSchema.Write());
        JsonElement health = schema.RootElement.GetProperty("properties").GetProperty("health").GetProperty("properties");

        Assert.Equal([0.05, 0.25, 0.5, 1], health.GetProperty("recovery_shares").GetProperty("default").EnumerateArray().Select(share => share.GetDouble()));
    }

    [Fact]
    public void Every_pattern_of_the_schema_is_a_regular_expression_that_lets_substitutions_pass()
    {
        foreach (Match match in Regex.Matches(ConfigurationSchema.Write(), "\"pattern\": (\".*\")"))
        {
            Regex pattern = new(JsonSerializer.Deserialize<string>(match.Groups[1].Value)!);
            // Names of providers, routes and headers are taken as they are.
            if (match.Value.Contains(@"\\$\\{"))
            {
                Assert.Matches(pattern, "${NAME:-default}");
            }
        }
    }
}

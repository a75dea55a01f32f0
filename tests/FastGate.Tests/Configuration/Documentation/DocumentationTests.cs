using System.Text.Json;
using System.Text.RegularExpressions;
using FastGate.Configuration;
using FastGate.Configuration.Documentation;

namespace FastGate.Tests.Configuration.Documentation;

public class DocumentationTests
{
    private readonly ConfigText _config = new ConfigText()
        .Variable("OPENAI_API_KEY", "a").Variable("GROQ_API_KEY", "b").Variable("FASTGATE_CLIENT_KEY", "c").Variable("FASTGATE_ADMIN_TOKEN", "d")
        .Variable("ANTHROPIC_API_KEY", "e")
        .File("/run/secrets/openai", "f").File("/run/secrets/openai-2", "g")
        .File("/etc/fastgate/tls/cert.pem", "-----BEGIN CERTIFICATE-----").File("/etc/fastgate/tls/key.pem", "-----BEGIN PRIVATE KEY-----")
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
        Assert.Equal("openai/gpt-4o-mini", config.Routes[0].Targets[0].ToString());
    }

    [Fact]
    public void Every_whole_example_in_the_manual_is_valid()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md"));
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

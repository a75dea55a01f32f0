using FastGate.Configuration;
using FastGate.Configuration.Sources;

namespace FastGate.Tests.Configuration.Sources;

public class ConfigurationSourceTests
{
    private readonly ConfigText _surroundings = new();

    [Fact]
    public void A_named_file_wins_over_everything()
    {
        _surroundings.File("other.yaml", ConfigText.OneProvider).File("fastgate.yaml", "broken: [").Variable("OPENAI_API_KEY", "k");

        ConfigurationSource source = Locate("other.yaml")!;

        Assert.Equal(("other.yaml", "other.yaml"), (source.Name, source.File));
        Assert.True(source.Load().IsValid);
    }

    [Fact]
    public void The_file_in_the_working_directory_wins_over_the_environment()
    {
        _surroundings.File("fastgate.yaml", ConfigText.OneProvider).Variable("GROQ_API_KEY", "k");

        Assert.Equal("openai", Assert.Single(Locate(null)!.Load().Config!.Providers).Name);
    }

    [Fact]
    public void Without_a_file_every_provider_key_found_is_a_provider()
    {
        _surroundings.Variable("ANTHROPIC_API_KEY", "a").Variable("OPENAI_API_KEY", "o").Variable("GROQ_API_KEY", "g").Variable("MISTRAL_API_KEY", "");

        ConfigurationSource source = Locate(null)!;
        GatewayConfig config = source.Load().Config!;

        Assert.Equal(("environment", null), (source.Name, source.File));
        Assert.Equal(
            [
                ("openai", "openai", "https://api.openai.com/v1", "o"),
                ("anthropic", "openai", "https://api.anthropic.com/v1", "a"),
                ("groq", "groq", "https://api.groq.com/openai/v1", "g"),
            ],
            config.Providers.Select(provider => (provider.Name, provider.Kind, provider.BaseUrl.AbsoluteUri, provider.Keys[0].Value.Reveal())));
        Assert.Equal(new ServerConfig(), config.Server);
        Assert.Equal("http://127.0.0.1:8080", Assert.Single(config.Listen).ToString());
    }

    [Fact]
    public void A_key_that_cannot_be_sent_is_an_error_that_does_not_show_it()
    {
        _surroundings.Variable("OPENAI_API_KEY", "sk-5ecret\n");

        ConfigResult result = Locate(null)!.Load();

        Assert.False(result.IsValid);
        Assert.Equal(
            "environment: OPENAI_API_KEY contains a space, a line break or another character that no key has; check where the value comes from",
            Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public void With_neither_there_is_no_configuration() => Assert.Null(Locate(null));

    [Fact]
    public void A_named_file_that_is_not_there_is_unreadable()
    {
        ConfigResult result = Locate("nope.yaml")!.Load();

        Assert.True(result.Unreadable);
        Assert.Equal("nope.yaml: the file does not exist; create it or correct the path", Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public void A_file_is_read_anew_at_every_load()
    {
        _surroundings.File("a.yaml", "broken: [");
        ConfigurationSource source = Locate("a.yaml")!;
        Assert.False(source.Load().IsValid);

        _surroundings.File("a.yaml", ConfigText.OneProvider);

        Assert.True(source.Load().IsValid);
    }

    private ConfigurationSource? Locate(string? file) => ConfigurationSource.Locate(file, _surroundings, _surroundings);
}

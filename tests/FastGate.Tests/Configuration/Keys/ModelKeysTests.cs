using FastGate.Configuration;

namespace FastGate.Tests.Configuration.Keys;

public class ModelKeysTests
{
    private readonly ConfigText _config = new();

    [Fact]
    public void Facts_are_kept_by_target()
    {
        GatewayConfig config = _config.Valid($$"""
            {{ConfigText.OneProvider}}
            models:
              openai/gpt-4o: { max_input_tokens: 128000, input_cost: 2.5, output_cost: 10, quality: 0.9 }
              openai/org/local: { prefill: true }
            """);

        Assert.Equal(
            new ModelConfig { Name = "openai/gpt-4o", MaxInputTokens = 128000, InputCost = 2.5, OutputCost = 10, Quality = 0.9 },
            config.FindModel("openai/gpt-4o"));
        Assert.Equal(new ModelConfig { Name = "openai/org/local", Quality = 1, Prefill = true }, config.FindModel("openai/org/local"));
        Assert.Null(config.FindModel("openai/other"));
        Assert.Empty(config.NamedTargets());
    }

    [Theory]
    [InlineData("gpt-4o: {}", "3:3: models: 'gpt-4o' cannot be a model name; use provider/model, such as openai/gpt-4o")]
    [InlineData("opnai/gpt-4o: {}", "3:17: models[\"opnai/gpt-4o\"]: there is no provider 'opnai'; did you mean 'openai'? configured: openai")]
    [InlineData("openai/m: { input_cost: -1 }", "3:27: models[\"openai/m\"].input_cost: '-1' is not a number from 0 to 1000000")]
    [InlineData("openai/m: { output_cost: $2 }", "3:28: models[\"openai/m\"].output_cost: '$2' is not a number from 0 to 1000000")]
    [InlineData("openai/m: { quality: 90 }", "3:24: models[\"openai/m\"].quality: '90' is not a number from 0 to 1")]
    [InlineData("openai/m: { max_input_tokens: 128k }", "3:33: models[\"openai/m\"].max_input_tokens: '128k' is not a whole number from 1 to 2147483647")]
    [InlineData("openai/m: { max_tokens: 5 }", "3:15: models[\"openai/m\"].max_tokens: unknown key 'max_tokens'")]
    public void Mistakes_are_explained(string model, string expected) =>
        Assert.StartsWith(expected, _config.Error($"{ConfigText.OneProvider}models:\n  {model}\n"));
}

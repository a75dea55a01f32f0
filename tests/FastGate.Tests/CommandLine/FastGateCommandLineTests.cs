using FastGate.CommandLine;
using FastGate.Tests.Configuration;

namespace FastGate.Tests.CommandLine;

public class FastGateCommandLineTests
{
    private readonly ConfigText _surroundings = new();
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    [Fact]
    public async Task A_valid_configuration_is_summed_up_in_one_line()
    {
        _surroundings.File("gate.yaml", """
            listen: [":8080", "127.0.0.1:8081"]
            clients: [{ name: app, key: k }]
            providers: { openai: { key: k }, local: { kind: vllm } }
            routes: { chat: { targets: [openai/gpt-4o] } }
            """);

        Assert.Equal(0, await Run("check", "--config", "gate.yaml"));
        Assert.Equal(
            "gate.yaml: valid: listens on http://*:8080, http://127.0.0.1:8081, control plane on 127.0.0.1:9090; 2 providers (openai, local), 1 route (chat), 1 client (app)\n",
            Out);
        Assert.Equal("", Error);
    }

    [Fact]
    public async Task Every_error_is_one_line_that_begins_with_its_place()
    {
        _surroundings.File("fastgate.yaml", "listne: 1\nproviders: { openai: { key: k, base_url: x } }\n");

        Assert.Equal(1, await Run("check"));
        Assert.Equal(
            "fastgate.yaml:1:1: listne: unknown key 'listne'; did you mean 'listen'?\n"
            + "fastgate.yaml:2:42: providers.openai.base_url: is not a URL; write it whole, for example https://api.openai.com/v1\n",
            Error);
        Assert.Equal("", Out);
    }

    [Theory]
    [InlineData("check --config nope.yaml", "nope.yaml: the file does not exist; create it or correct the path\n")]
    [InlineData("check", "fastgate: no configuration: there is no ./fastgate.yaml and no provider key such as OPENAI_API_KEY in the environment; write one, or try 'fastgate demo', which needs neither\n")]
    [InlineData("chekc", "fastgate: unknown argument 'chekc'; did you mean 'check'? 'fastgate --help' shows what there is\n")]
    [InlineData("check --confg a", "fastgate: unknown argument '--confg'; did you mean '--config'? 'fastgate check --help' shows what there is\n")]
    [InlineData("check a.yaml", "fastgate: unknown argument 'a.yaml'; 'fastgate check --help' shows what there is\n")]
    [InlineData("check --config", "fastgate: Required argument missing for option: '--config'; 'fastgate check --help' shows what there is\n")]
    [InlineData("version now", "fastgate: unknown argument 'now'; 'fastgate version --help' shows what there is\n")]
    public async Task What_cannot_be_done_is_one_line_and_exit_code_2(string arguments, string expected)
    {
        Assert.Equal(2, await Run(arguments.Split(' ')));
        Assert.Equal(expected, Error);
        Assert.Equal("", Out);
    }

    [Fact]
    public async Task Keys_in_the_environment_are_a_configuration()
    {
        _surroundings.Variable("GROQ_API_KEY", "k");

        Assert.Equal(0, await Run("check"));
        Assert.Equal(
            "environment: valid: listens on http://127.0.0.1:8080, control plane on 127.0.0.1:9090; 1 provider (groq), 0 routes, open to everyone who reaches it\n",
            Out);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("check --help")]
    [InlineData("check --help --confg")]
    public async Task Help_is_always_given(string arguments)
    {
        Assert.Equal(0, await Run(arguments.Split(' ')));
        Assert.Contains("Usage:", Out);
        Assert.Equal("", Error);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    public async Task The_version_names_the_runtime(string argument)
    {
        Assert.Equal(0, await Run(argument));
        Assert.Matches(@"^fastgate \d+\.\d+\.\d+\S*\n(commit [0-9a-f]{40}\n)?\.NET \d+\.\S+ JIT, \S+\n$", Out);
    }

    [Fact]
    public async Task The_schema_is_printed()
    {
        Assert.Equal(0, await Run("schema"));
        Assert.Equal(FastGate.Configuration.Documentation.ConfigurationSchema.Write(), Out);
    }

    private string Out => _out.ToString().ReplaceLineEndings("\n");

    private string Error => _error.ToString().ReplaceLineEndings("\n");

    private Task<int> Run(params string[] arguments) =>
        FastGateCommandLine.RunAsync(arguments, new Surroundings(_out, _error, _surroundings, _surroundings));
}

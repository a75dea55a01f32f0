using System.CommandLine;
using FastGate.CommandLine;
using FastGate.Configuration;
using FastGate.Tests.Configuration;

namespace FastGate.Tests.CommandLine;

public class AddressOptionsTests
{
    private readonly AddressOptions _options = new();

    [Fact]
    public void Arguments_win_over_the_configuration()
    {
        GatewayConfig config = Apply(new ConfigText().Valid(ConfigText.OneProvider), out string? problem, "--listen", ":1", "--admin", "[::1]:0");

        Assert.Null(problem);
        Assert.Equal("http://*:1", Assert.Single(config.Listen).ToString());
        Assert.Equal("[::1]:0", config.Admin.ToString());
    }

    [Fact]
    public void Without_arguments_nothing_changes()
    {
        GatewayConfig config = new ConfigText().Valid(ConfigText.OneProvider);

        Assert.Same(config, Apply(config, out string? problem));
        Assert.Null(problem);
    }

    [Fact]
    public void The_control_plane_stays_closed_to_other_machines_without_a_token()
    {
        Apply(new ConfigText().Valid(ConfigText.OneProvider), out string? problem, "--admin", ":9090");

        Assert.StartsWith("*:9090 can be reached from other machines and there is no admin_token", problem);
    }

    [Fact]
    public void The_planes_cannot_share_an_address()
    {
        Apply(new ConfigText().Valid(ConfigText.OneProvider), out string? problem, "--listen", ":9090");

        Assert.Equal("*:9090 is where 'admin' listens too (127.0.0.1:9090); give one of them another port", problem);
    }

    [Fact]
    public void A_bad_address_is_an_error_of_the_command_line() =>
        Assert.Equal("--listen '8080' names no host; write 127.0.0.1:8080, or :8080 for every interface", Assert.Single(Parse("--listen", "8080").Errors).Message);

    private GatewayConfig Apply(GatewayConfig config, out string? problem, params string[] arguments) => _options.Apply(config, Parse(arguments), out problem);

    private ParseResult Parse(params string[] arguments)
    {
        Command command = new("serve");
        _options.AddTo(command);
        return command.Parse(arguments);
    }
}

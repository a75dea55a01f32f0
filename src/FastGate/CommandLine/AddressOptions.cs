using System.CommandLine;
using FastGate.Configuration;
using FastGate.Configuration.Keys;
using FastGate.Configuration.Sources;

namespace FastGate.CommandLine;

/// <summary><c>--listen ADDR</c> and <c>--admin ADDR</c>, which win over the configuration.</summary>
internal sealed class AddressOptions
{
    private readonly Option<Address?> _listen = Create("--listen", "Where the data plane listens, in place of the configuration's 'listen': 127.0.0.1:8080, [::1]:8080, :8080.");
    private readonly Option<Address?> _admin = Create("--admin", "Where the control plane listens, in place of the configuration's 'admin'.");

    /// <summary>Adds both to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_listen);
        command.Add(_admin);
    }

    /// <summary>Puts what was given in place of what is configured.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="problem">Why the result cannot be served, in one line; null when it can.</param>
    public GatewayConfig Apply(GatewayConfig config, ParseResult arguments, out string? problem)
    {
        if (arguments.GetValue(_listen) is { } listen)
        {
            config = config with { Listen = [new ListenConfig { Address = listen, Tls = config.Tls }] };
        }

        if (arguments.GetValue(_admin) is { } admin)
        {
            config = config with { Admin = admin };
        }

        problem = Consistency.AddressProblem(config);
        return config;
    }

    /// <summary>The same source with these addresses in all that it loads, now and at every reload.</summary>
    public ConfigurationSource Over(ConfigurationSource source, ParseResult arguments) => source.With(result =>
    {
        if (!result.IsValid)
        {
            return result;
        }

        GatewayConfig config = Apply(result.Config, arguments, out string? problem);
        return problem is null ? result with { Config = config } : new ConfigResult { Errors = [new ConfigError(source.Name, 0, 0, problem)] };
    });

    /// <summary>An option for one address.</summary>
    public static Option<Address?> Create(string name, string description) => new(name)
    {
        HelpName = "ADDR",
        Description = description,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (!Address.TryParse(text, out Address? address, out string? problem))
            {
                result.AddError($"{name} '{text}' {problem}");
            }

            return address;
        },
    };
}

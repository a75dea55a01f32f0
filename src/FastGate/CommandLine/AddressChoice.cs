using FastGate.Configuration;

namespace FastGate.CommandLine;

/// <summary>Addresses given on the command line, which win over the configuration's.</summary>
/// <param name="Listen">The data plane's, or null.</param>
/// <param name="Admin">The control plane's, or null.</param>
/// <param name="Problem">What is wrong with one of them, or null.</param>
internal sealed record AddressChoice(Address? Listen, Address? Admin, string? Problem)
{
    /// <summary>The configuration with these addresses; also checks what the configuration's own addresses were checked for.</summary>
    public ConfigResult Apply(ConfigResult result)
    {
        if (!result.IsValid)
        {
            return result;
        }

        GatewayConfig config = result.Config;
        if (Listen is not null)
        {
            config = config with { Listen = [new ListenConfig { Address = Listen, Tls = config.Tls }] };
        }

        if (Admin is not null)
        {
            if (!Admin.IsLoopback && config.AdminToken is null)
            {
                return new ConfigResult { Errors = [new ConfigError("--admin", 0, 0, $"{Admin} can be reached from other machines; set 'admin_token' in the configuration first")] };
            }

            config = config with { Admin = Admin };
        }

        return result with { Config = config };
    }
}

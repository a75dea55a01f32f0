using System.CommandLine;
using FastGate.Configuration;

namespace FastGate.CommandLine;

/// <summary><c>--listen ADDR</c> and <c>--admin ADDR</c>, the same for every command that runs a gateway.</summary>
internal sealed record AddressOptions(Option<string?> Listen, Option<string?> Admin)
{
    public static AddressOptions Create() => new(
        new Option<string?>("--listen", "-l") { HelpName = "ADDR", Description = "Where the data plane listens, in place of the configuration's 'listen'." },
        new Option<string?>("--admin") { HelpName = "ADDR", Description = "Where the control plane listens, in place of the configuration's 'admin'." });

    /// <summary>What was given on the command line.</summary>
    public AddressChoice Read(ParseResult arguments)
    {
        Address? listen = Parse("--listen", arguments.GetValue(Listen), out string? listenProblem);
        Address? admin = Parse("--admin", arguments.GetValue(Admin), out string? adminProblem);
        return new AddressChoice(listen, admin, listenProblem ?? adminProblem);
    }

    /// <summary>One address of a command line, or what is wrong with it.</summary>
    public static Address? Parse(string option, string? text, out string? problem)
    {
        problem = null;
        if (text is null)
        {
            return null;
        }

        if (!Address.TryParse(text, out Address? address, out string? why))
        {
            problem = $"{option} '{text}' {why}";
        }

        return address;
    }
}

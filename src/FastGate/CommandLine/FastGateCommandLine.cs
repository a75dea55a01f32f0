using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using FastGate.Configuration.Reading;

namespace FastGate.CommandLine;

/// <summary>The command line: finds the command and runs it.</summary>
internal static class FastGateCommandLine
{
    /// <summary>Every command in the order of the help; adding one is adding its line. The one marked runs when none is named.</summary>
    private static readonly ImmutableArray<(Func<Surroundings, Command> Create, bool IsDefault)> Commands =
    [
        (ServeCommand.Create, true),
        (CheckCommand.Create, false),
        (DemoCommand.Create, false),
        (MockCommand.Create, false),
        (SchemaCommand.Create, false),
        (VersionCommand.Create, false),
    ];

    /// <summary>Runs what the arguments ask for.</summary>
    /// <returns>The exit code, one of <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> arguments, Surroundings surroundings)
    {
        Command root = new("fastgate", "An LLM gateway: one OpenAI-compatible endpoint in front of many providers.") { new HelpOption() };
        string? defaultCommand = null;
        foreach ((Func<Surroundings, Command> create, bool isDefault) in Commands)
        {
            Command command = create(surroundings);
            root.Add(command);
            defaultCommand = isDefault ? command.Name : defaultCommand;
        }

        ParseResult parsed = root.Parse(WithCommand(arguments, defaultCommand), new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is not HelpAction && parsed.Errors.Count > 0)
        {
            return Task.FromResult(surroundings.Refuse(Explain(parsed)));
        }

        return parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = surroundings.Out,
            Error = surroundings.Error,
            // Signals belong to the command that serves, which drains for as long as it is configured to.
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        });
    }

    private static IReadOnlyList<string> WithCommand(IReadOnlyList<string> arguments, string? defaultCommand)
    {
        if (arguments is ["--version"])
        {
            return [VersionCommand.Name];
        }

        bool namesNone = arguments.Count == 0 || (arguments[0].StartsWith('-') && arguments[0] is not ("--help" or "-h" or "-?"));
        return namesNone && defaultCommand is not null ? [defaultCommand, .. arguments] : arguments;
    }

    /// <summary>One line for what is wrong with the arguments.</summary>
    private static string Explain(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string help = $"'{string.Join(' ', Path(parsed.CommandResult))} --help' shows what there is";
        if (parsed.UnmatchedTokens is [string unknown, ..])
        {
            IEnumerable<string> known = command.Subcommands.Select(one => one.Name).Concat(command.Options.Select(option => option.Name));
            string meant = NearestName.Of(unknown, known) is { } nearest ? $"did you mean '{nearest}'? " : "";
            return $"unknown argument '{unknown}'; {meant}{help}";
        }

        return command.Subcommands.Count > 0 && command.Action is null
            ? $"no command given; {help}"
            : $"{parsed.Errors[0].Message.TrimEnd('.')}; {help}";
    }

    private static IEnumerable<string> Path(CommandResult command)
    {
        IEnumerable<string> above = command.Parent is CommandResult parent ? Path(parent) : [];
        return above.Append(command.Command.Name);
    }
}

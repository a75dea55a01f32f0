using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Runtime.InteropServices;
using FastGate.Configuration;
using FastGate.Configuration.Reading;
using FastGate.Hosting;
using FastGate.MockProvider;

namespace FastGate.CommandLine;

/// <summary><c>fastgate mock</c>: a scripted provider to try clients and gateways on.</summary>
internal static class MockCommand
{
    private static readonly Option<Address?> Listen = AddressOptions.Create("--listen", "Where it listens; 127.0.0.1:9999 without it.");
    private static readonly Option<string?> Name = new("--name") { HelpName = "NAME", Description = "Letters and digits that appear in its answers, to tell several apart." };
    private static readonly Option<string?> Key = new("--key") { HelpName = "KEY", Description = "The one API key it accepts; without it any." };
    private static readonly Option<double> FaultRate = new("--fault-rate") { HelpName = "SHARE", Description = "Share of the calls to healthy models that fail, 0 to 1." };
    private static readonly Option<string[]> Faults = new("--faults")
    {
        HelpName = "MODEL",
        Description = "What such a call does, drawn among these behaviours by their models' names, each with a random place and end: "
            + "error-500 error-503 rate-limit reset cut-stream without it.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<ulong> Seed = new("--seed") { HelpName = "N", Description = "Seed of those choices.", DefaultValueFactory = _ => 1 };
    private static readonly Option<TimeSpan> Latency = Duration("--latency", "Wait before each answer, such as 200ms.");
    private static readonly Option<int> Tokens = new("--tokens") { HelpName = "N", Description = "Length of an answer in tokens.", DefaultValueFactory = _ => 32 };
    private static readonly Option<TimeSpan> TokenInterval = Duration("--token-interval", "Wait between the tokens of a stream, such as 20ms.");
    private static readonly Option<TimeSpan> FlapPeriod = Duration("--flap-period", "How long the model 'flap' is down, then up; 5s without it.");
    private static readonly Option<Continuation> Continue = new("--continue")
    {
        HelpName = "rest|word|all|other|refuse",
        Description = "What healthy models make of an answer already begun: go on, repeat the last word, begin again, say something else, refuse it.",
        CustomParser = static result => ParseContinuation(result),
    };

    private static readonly Option<int> Slice = new("--slice") { HelpName = "BYTES", Description = "The most bytes of one write; without it no limit." };
    private static readonly Option<int> Log = new("--log") { HelpName = "N", Description = "Calls that GET /mock/log remembers.", DefaultValueFactory = _ => new MockOptions().LogCapacity };
    private static readonly Option<string[]> Models = new("--models") { HelpName = "NAME", Description = "More models that exist and are healthy.", AllowMultipleArgumentsPerToken = true };

    public static Command Create(Surroundings surroundings)
    {
        Command command = new("mock", "Run a scripted provider: the model's name picks what it does (GET /v1/models lists them).")
        {
            Listen, Name, Key, FaultRate, Faults, Seed, Latency, Tokens, TokenInterval, FlapPeriod, Continue, Slice, Log, Models,
        };
        Bound(FaultRate, 0, 1);
        Bound(Tokens, 1, 1_000_000);
        Bound(Slice, 0, 65_536);
        Bound(Log, 1, 10_000_000);
        command.SetAction((arguments, _) => RunAsync(surroundings, arguments));
        return command;
    }

    private static async Task<int> RunAsync(Surroundings surroundings, ParseResult arguments)
    {
        Address listen = arguments.GetValue(Listen) ?? new Address("127.0.0.1", 9999);
        MockServer server;
        try
        {
            server = new MockServer(OptionsOf(arguments, listen));
        }
        catch (ArgumentException e)
        {
            return surroundings.Refuse(e.Message);
        }

        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using PosixSignalRegistration term = GatewayRun.OnSignal(PosixSignal.SIGTERM, () => stop.TrySetResult());
        using PosixSignalRegistration interrupt = GatewayRun.OnSignal(PosixSignal.SIGINT, () => stop.TrySetResult());
        await using (server.ConfigureAwait(false))
        {
            try
            {
                server.Start();
            }
            catch (System.Net.Sockets.SocketException e)
            {
                return surroundings.Refuse($"{listen} cannot be listened on: {e.Message}");
            }

            surroundings.Out.WriteLine($"mock provider listens on http://{server.BoundEndpoint}");
            surroundings.Out.WriteLine($"GET /v1/models lists what it can do; GET /mock/log the calls it saw; GET /mock/idle waits for their ends; POST /mock/reset forgets them");
            await surroundings.Out.FlushAsync().ConfigureAwait(false);
            await stop.Task.ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    private static MockOptions OptionsOf(ParseResult arguments, Address listen)
    {
        var plain = new MockOptions();
        return plain with
        {
            Listen = listen.ToEndPoint(),
            Name = arguments.GetValue(Name) ?? plain.Name,
            RequiredKey = arguments.GetValue(Key),
            FaultRate = arguments.GetValue(FaultRate),
            Faults = arguments.GetValue(Faults) is { Length: > 0 } faults ? faults : plain.Faults,
            Seed = arguments.GetValue(Seed),
            Latency = arguments.GetValue(Latency),
            Tokens = arguments.GetValue(Tokens),
            TokenInterval = arguments.GetValue(TokenInterval),
            FlapPeriod = arguments.GetResult(FlapPeriod) is null ? plain.FlapPeriod : arguments.GetValue(FlapPeriod),
            Continue = arguments.GetValue(Continue),
            Slice = arguments.GetValue(Slice),
            LogCapacity = arguments.GetValue(Log),
            Models = arguments.GetValue(Models) ?? [],
        };
    }

    private static Continuation ParseContinuation(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        foreach (Continuation one in Enum.GetValues<Continuation>())
        {
            if (one.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return one;
            }
        }

        result.AddError($"'{text}' is no way to go on; there are rest, word, all, other and refuse");
        return default;
    }

    private static void Bound<T>(Option<T> option, T least, T most)
        where T : IComparable<T>, IParsable<T> => option.Validators.Add(result =>
        {
            // What does not parse has its own error.
            if (result.Tokens is [{ Value: string text }] && T.TryParse(text, CultureInfo.InvariantCulture, out T? value)
                && (value.CompareTo(least) < 0 || value.CompareTo(most) > 0))
            {
                result.AddError($"{option.Name} is {least} to {most}, not {text}");
            }
        });

    private static Option<TimeSpan> Duration(string name, string description) => new(name)
    {
        HelpName = "DURATION",
        Description = description,
        CustomParser = static result => ParseDuration(result),
    };

    private static TimeSpan ParseDuration(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (!DurationShape.TryParse(text, out TimeSpan value))
        {
            result.AddError($"'{text}' is not a duration; write a whole number and ms, s, m or h, such as 250ms");
        }

        return value;
    }
}

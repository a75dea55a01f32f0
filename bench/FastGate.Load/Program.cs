using FastGate.Load;
using FastGate.Load.CommandLine;
using FastGate.Load.Compare;
using FastGate.Load.Gate;

try
{
    if (args.Contains("--help") || args is ["help" or "-h", ..])
    {
        Console.WriteLine(HelpText.All);
        return 0;
    }

    return args switch
    {
        ["upstream", ..] => UpstreamCommand.Run(UpstreamCommand.Parse(args[1..])),
        ["run", ..] => RunCommand.Run(RunCommand.Parse(args[1..])),
        ["render", .. var rest] => RenderCommand.Run(RenderCommand.Parse(rest)),
        ["gate", ..] => CostGate.Run(CompareOptions.Parse(args[1..])),
        ["compare", ..] => CompareRun.Run(CompareOptions.Parse(args[1..])),
        [var first, ..] when first.StartsWith("--", StringComparison.Ordinal) => RunCommand.Run(RunCommand.Parse(args)),
        [] => throw LoadException.Usage("what to do? see --help"),
        _ => throw LoadException.Usage($"unknown command '{args[0]}'; see --help"),
    };
}
catch (LoadException e)
{
    Console.Error.WriteLine("fastgate-load: " + e.Message);
    return e.ExitCode;
}

using FastGate.Load.Compare;
using FastGate.Load.Pages;

namespace FastGate.Load.CommandLine;

/// <summary><c>fastgate-load render</c>: the page and the charts of results that are there already.</summary>
internal static class RenderCommand
{
    /// <summary>Reads the options: the results and the directory of the notes.</summary>
    /// <exception cref="LoadException">The command line is wrong.</exception>
    public static (string Results, string Assets) Parse(IReadOnlyList<string> args)
    {
        string? results = null;
        string assets = "bench/compare";
        var arguments = new Arguments(args);
        while (arguments.MoveNext())
        {
            switch (arguments.Name)
            {
                case "--results":
                    results = arguments.Text();
                    break;
                case "--assets":
                    assets = arguments.Text();
                    break;
                default:
                    throw arguments.Unknown();
            }
        }

        return (results ?? throw LoadException.Usage("--results is missing"), assets);
    }

    /// <summary>Writes page and charts beside the results, and prints the tables.</summary>
    public static int Run((string Results, string Assets) options)
    {
        Comparison comparison = ComparisonFiles.Read(options.Results);
        ComparisonFiles.WritePage(comparison, Path.GetDirectoryName(Path.GetFullPath(options.Results))!, options.Assets);
        Console.Write(TargetTable.Render(comparison));
        Console.WriteLine("\nThe table of the README:\n");
        Console.Write(CostTable.Render(comparison));
        return 0;
    }
}

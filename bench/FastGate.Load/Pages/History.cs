using FastGate.Load.Compare;

namespace FastGate.Load.Pages;

/// <summary>The comparisons of a directory, oldest first.</summary>
internal static class History
{
    /// <summary>Reads all that were whole measurements; one that cannot be read any more is left out, with a word about it.</summary>
    public static IReadOnlyList<Comparison> ReadAll(string directory)
    {
        var all = new List<Comparison>();
        foreach (string file in Directory.EnumerateFiles(directory, "*.json").Order(StringComparer.Ordinal))
        {
            try
            {
                Comparison comparison = ComparisonFiles.Read(file);
                if (!comparison.Quick)
                {
                    all.Add(comparison);
                }
            }
            catch (LoadException e)
            {
                Console.WriteLine($"  not in the history: {e.Message}");
            }
        }

        return all;
    }
}

namespace FastGate.TestHarness;

/// <summary>The repository the tests were built from, for the files that must be in step with the code. Compiled into every test project.</summary>
internal static class Repository
{
    /// <summary>
    /// The folder of the solution, found above the running tests. Not the source path that the compiler knows: a deterministic build maps that to
    /// one which does not exist.
    /// </summary>
    public static string Root { get; } = Find();

    /// <summary>
    /// Holds a committed file equal to what the code generates. With FASTGATE_UPDATE=1 in the environment the file is written instead, which is how it is
    /// brought up to date.
    /// </summary>
    public static void AssertInStep(string file, Func<string, string> update)
    {
        string path = Path.Combine(Root, file);
        string committed = File.Exists(path) ? File.ReadAllText(path) : "";
        string current = update(committed);
        if (Environment.GetEnvironmentVariable("FASTGATE_UPDATE") == "1")
        {
            File.WriteAllText(path, current);
            return;
        }

        Assert.True(committed == current, $"{file} is out of step with the code; run the tests once with FASTGATE_UPDATE=1 and commit what changes.");
    }

    private static string Find()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "FastGate.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new InvalidOperationException("No FastGate.sln above the tests.");
    }
}

using System.Reflection;

namespace FastGate.EndToEnd.Tests.Harness;

/// <summary>
/// The binary under test: <c>FASTGATE_BINARY</c>, else the published <c>artifacts/fastgate</c> if it is there, else what was built
/// together with the tests.
/// </summary>
internal static class GatewayBinary
{
    public static string Path { get; } = Find();

    /// <summary>Compiled ahead of time: no assembly lies beside it.</summary>
    public static bool IsPublished { get; } = !File.Exists(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, "fastgate.dll"));

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("FASTGATE_BINARY") is { Length: > 0 } named)
        {
            string full = System.IO.Path.GetFullPath(named, Repository.Root);
            return File.Exists(full) ? full : throw new FileNotFoundException("FASTGATE_BINARY names no file.", full);
        }

        string published = System.IO.Path.Combine(Repository.Root, "artifacts", "fastgate");
        string built = System.IO.Path.Combine(Repository.Root, "src", "FastGate", "bin", Metadata("Configuration"), Metadata("TargetFramework"), "fastgate");
        return File.Exists(published) ? published
            : File.Exists(built) ? built
            : throw new FileNotFoundException("There is no gateway to test; run 'make aot' or build src/FastGate.", built);
    }

    private static string Metadata(string key) =>
        typeof(GatewayBinary).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(one => one.Key == key).Value!;
}

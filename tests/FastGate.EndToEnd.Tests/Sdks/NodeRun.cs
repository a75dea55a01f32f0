using System.Text.Json;
using FastGate.EndToEnd.Tests.Harness;

namespace FastGate.EndToEnd.Tests.Sdks;

/// <summary>What became of the scenarios of one npm library: for each its error, or null when it passed.</summary>
public sealed class NodeRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "FastGate.EndToEnd.Tests", "clients");

    private NodeRun(IReadOnlyDictionary<string, string?> errors) => Errors = errors;

    public IReadOnlyDictionary<string, string?> Errors { get; }

    internal static async Task<NodeRun> StartAsync(string library, Uri baseUrl, string key, string prefix, params string[] scenarios)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
        {
            throw new InvalidOperationException("The npm packages are not installed; run scripts/install-test-tools.sh.");
        }

        await using var node = ChildProcess.Start(
            "node", ["run.mjs", library, baseUrl.ToString(), .. scenarios], Folder, new Dictionary<string, string> { ["CLIENT_KEY"] = key, ["MODEL_PREFIX"] = prefix });
        int code = await node.ExitAsync(Patience);
        Assert.True(code == 0, $"node ended with {code}: {node.Error}\n{node.Out}");
        var errors = new Dictionary<string, string?>();
        foreach (string line in node.Out.All.Where(line => line.StartsWith('{')))
        {
            using var json = JsonDocument.Parse(line);
            errors.Add(json.RootElement.GetProperty("scenario").GetString()!, json.RootElement.GetProperty("error").GetString());
        }

        return new NodeRun(errors);
    }
}

namespace FastGate.EndToEnd.Tests.Harness;

/// <summary>A folder of a test's own.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastgate-e2e-");

    public string Path => _folder.FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file.</summary>
    /// <returns>Its full path.</returns>
    public string Write(string name, string text)
    {
        string path = File(name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Puts a file in place of another as editors do: whoever reads sees the old one or the new one, never half of it.</summary>
    public void Replace(string name, string text) => System.IO.File.Move(Write(name + ".new", text), File(name), overwrite: true);

    public void Dispose() => _folder.Delete(recursive: true);
}

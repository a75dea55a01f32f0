namespace FastGate.Configuration.Substitution;

/// <summary>Where <c>${NAME}</c> comes from.</summary>
internal interface IEnvironmentVariables
{
    /// <summary>The variable's value, or null when it is not set.</summary>
    string? Get(string name);
}

/// <summary>The files a configuration is read from and refers to.</summary>
internal interface IConfigFiles
{
    /// <summary>True when there is a file at that path.</summary>
    bool Exists(string path);

    /// <summary>The file's text.</summary>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    string ReadAllText(string path);
}

/// <summary>The process environment.</summary>
internal sealed class ProcessEnvironment : IEnvironmentVariables
{
    public static readonly ProcessEnvironment Instance = new();

    public string? Get(string name) => Environment.GetEnvironmentVariable(name);
}

/// <summary>The file system.</summary>
internal sealed class DiskFiles : IConfigFiles
{
    public static readonly DiskFiles Instance = new();

    public bool Exists(string path) => File.Exists(path);

    public string ReadAllText(string path) => File.ReadAllText(path);
}

namespace FastGate.EndToEnd.Tests.Harness;

/// <summary>A test that needs Prometheus's own checker.</summary>
internal sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "promtool"))))
        {
            Skip = "There is no promtool; scripts/install-test-tools.sh installs it.";
        }
    }
}

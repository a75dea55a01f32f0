using System.CommandLine;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastGate.CommandLine;

/// <summary><c>fastgate version</c>: what to name in a report.</summary>
internal static class VersionCommand
{
    public const string Name = "version";

    public static Command Create(Surroundings surroundings)
    {
        Command command = new(Name, "Print the version, the commit it was built from, and the runtime.");
        command.SetAction(_ =>
        {
            // "1.2.3+commit", as the SDK stamps it; without a commit when built outside a repository.
            string stamp = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
            string[] parts = stamp.Split('+', 2);
            surroundings.Out.WriteLine($"fastgate {parts[0]}");
            if (parts.Length > 1)
            {
                surroundings.Out.WriteLine($"commit {parts[1]}");
            }

            string compiled = RuntimeFeature.IsDynamicCodeCompiled ? "JIT" : "AOT";
            surroundings.Out.WriteLine($"{RuntimeInformation.FrameworkDescription} {compiled}, {RuntimeInformation.RuntimeIdentifier}");
            return ExitCode.Done;
        });
        return command;
    }
}

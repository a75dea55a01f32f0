using System.CommandLine;
using FastGate.Configuration.Documentation;

namespace FastGate.CommandLine;

/// <summary><c>fastgate schema</c>: the JSON Schema of the configuration, for editors.</summary>
internal static class SchemaCommand
{
    public static Command Create(Surroundings surroundings)
    {
        Command command = new("schema", "Print the JSON Schema of the configuration, for editors.");
        command.SetAction(_ =>
        {
            surroundings.Out.Write(ConfigurationSchema.Write());
            return ExitCode.Done;
        });
        return command;
    }
}

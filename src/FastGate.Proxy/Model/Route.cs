using System.Text;

namespace FastGate.Proxy.Model;

/// <summary>A name that clients send as the model, and the target that answers.</summary>
internal sealed class Route(string name, Target target, TimeSpan deadline)
{
    internal string Name { get; } = name;

    internal byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(name);

    internal Target Target { get; } = target;

    /// <summary>Until the first token, all attempts together.</summary>
    internal TimeSpan Deadline { get; } = deadline;
}

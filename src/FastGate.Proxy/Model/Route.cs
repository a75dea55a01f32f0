using System.Text;
using FastGate.Proxy.Measurement;

namespace FastGate.Proxy.Model;

/// <summary>A name that clients send as the model, and the target that answers.</summary>
internal sealed class Route(string name, Target target, TimeSpan deadline, StatusCounters requests)
{
    internal string Name { get; } = name;

    internal byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(name);

    internal Target Target { get; } = target;

    /// <summary>The route's requests by status.</summary>
    internal StatusCounters Requests { get; } = requests;

    /// <summary>Until the first token, all attempts together.</summary>
    internal TimeSpan Deadline { get; } = deadline;
}

using System.Buffers;

namespace FastGate.Configuration.Reading;

/// <summary>Writes the way to a key as messages name it: <c>providers.openai.timeouts.connect</c>, <c>routes["gpt-4.1"].targets[0]</c>.</summary>
internal static class KeyPath
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    /// <summary>The path of a key below <paramref name="parent"/>; the root's path is empty.</summary>
    public static string Of(string parent, string name)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(Plain))
        {
            return $"{parent}[\"{name}\"]";
        }

        return parent.Length == 0 ? name : $"{parent}.{name}";
    }

    /// <summary>The path of a list's item.</summary>
    public static string Of(string parent, int index) => $"{parent}[{index}]";
}

using System.Text;

namespace FastGate.Routing.Conditions;

/// <summary>Where a fact comes from.</summary>
public enum FactSource : byte
{
    /// <summary><c>metadata.*</c>: the request body's metadata object, at any depth.</summary>
    Metadata,

    /// <summary><c>params.*</c>: the request body, at any depth.</summary>
    Params,

    /// <summary><c>headers.*</c>: a request header; one segment, the name in lower case.</summary>
    Headers,

    /// <summary><c>path</c>: the request's path, without its query; no segments.</summary>
    Path,
}

/// <summary>
/// The address of a fact, split once when the condition is compiled. Segments are UTF-8, as the facts are.
/// A dot inside a key is written <c>\.</c>, a backslash <c>\\</c>.
/// </summary>
public sealed class FactPath
{
    private readonly byte[][] _segments;

    private FactPath(string text, FactSource source, byte[][] segments)
    {
        Text = text;
        Source = source;
        _segments = segments;
    }

    /// <summary>The path as written.</summary>
    public string Text { get; }

    /// <summary>Where the fact comes from.</summary>
    public FactSource Source { get; }

    /// <summary>How many segments follow the source.</summary>
    public int Depth => _segments.Length;

    /// <summary>A segment.</summary>
    /// <param name="index">0 to <see cref="Depth"/> - 1.</param>
    public ReadOnlySpan<byte> this[int index] => _segments[index];

    /// <summary>Reads a path as conditions write it.</summary>
    /// <param name="text">The path, for instance <c>metadata.plan</c>.</param>
    /// <param name="path">The path, when the text is one.</param>
    /// <param name="problem">Otherwise what is wrong with it.</param>
    public static bool TryParse(string text, out FactPath? path, out string problem)
    {
        path = null;
        problem = "";
        if (text == "path")
        {
            path = new FactPath(text, FactSource.Path, []);
            return true;
        }

        FactSource? source = text switch
        {
            _ when text.StartsWith("metadata.", StringComparison.Ordinal) => FactSource.Metadata,
            _ when text.StartsWith("params.", StringComparison.Ordinal) => FactSource.Params,
            _ when text.StartsWith("headers.", StringComparison.Ordinal) => FactSource.Headers,
            _ => null,
        };
        if (source is null)
        {
            problem = $"\"{text}\" is no fact: write metadata.<key>, params.<key>, headers.<name> or path";
            return false;
        }

        string rest = text[(text.IndexOf('.', StringComparison.Ordinal) + 1)..];

        // A header's name is one segment, whatever is in it.
        List<string> segments = source == FactSource.Headers ? [rest.ToLowerInvariant()] : Split(rest);
        if (segments.Contains(""))
        {
            problem = $"\"{text}\" has an empty key: remove the extra dot, or write a dot inside a key as \\.";
            return false;
        }

        path = new FactPath(text, source.Value, [.. segments.Select(Encoding.UTF8.GetBytes)]);
        return true;
    }

    private static List<string> Split(string text)
    {
        List<string> segments = [];
        StringBuilder segment = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                segment.Append(text[++i]);
            }
            else if (text[i] == '.')
            {
                segments.Add(segment.ToString());
                segment.Clear();
            }
            else
            {
                segment.Append(text[i]);
            }
        }

        segments.Add(segment.ToString());
        return segments;
    }
}

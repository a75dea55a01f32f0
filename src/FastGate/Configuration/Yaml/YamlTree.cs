using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FastGate.Configuration.Yaml;

/// <summary>
/// Turns YAML text into <see cref="ConfigNode"/>s from the parser's events. YamlDotNet's own tree stops at the first duplicate key and recurses without
/// bound; this one reports every duplicate, bounds the depth, and resolves aliases and merge keys while it builds.
/// </summary>
internal sealed class YamlTree
{
    /// <summary>Far deeper than any configuration, far shallower than the stack.</summary>
    private const int MaxDepth = 32;

    private const string MergeKey = "<<";

    private readonly Parser _parser;
    private readonly string _text;
    private readonly Action<Mark, string> _report;
    private readonly Dictionary<string, ConfigNode> _anchors = new(StringComparer.Ordinal);

    private ParsingEvent? _peeked;

    private YamlTree(string text, Action<Mark, string> report)
    {
        _parser = new Parser(new StringReader(text));
        _text = text;
        _report = report;
    }

    /// <summary>Reads the one document in <paramref name="text"/>.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="report">Takes what is wrong with it as YAML.</param>
    /// <returns>The root; null when there is none or the syntax is broken, which has been reported.</returns>
    public static ConfigNode? Read(string text, Action<Mark, string> report)
    {
        YamlTree tree = new(text, report);
        try
        {
            return tree.ReadDocument();
        }
        catch (UnusableYamlException unusable)
        {
            report(unusable.Mark, unusable.Message);
        }
        catch (YamlException broken)
        {
            Mark mark = At(broken.Start);
            report(mark, $"not valid YAML: {tree.Explain(mark, broken.Message)}");
        }
        catch (InvalidOperationException)
        {
            // The scanner answers some unclosed brackets with this instead of a syntax error (seen with YamlDotNet 16.3.0: "a: [1,2\nb: 3").
            Mark mark = tree._parser.Current is { } last ? At(last.End) : new Mark(1, 1);
            report(mark, "not valid YAML from here on; look for a bracket, brace or quote that is not closed, or lines indented too little");
        }

        return null;
    }

    private ConfigNode? ReadDocument()
    {
        Expect<StreamStart>();
        if (Peek() is StreamEnd)
        {
            _report(new Mark(1, 1), "the file has no content; name at least one provider under 'providers'");
            return null;
        }

        Expect<DocumentStart>();
        ConfigNode root = ReadNode(0);
        Expect<DocumentEnd>();
        if (Peek() is DocumentStart second)
        {
            throw new UnusableYamlException(At(second.Start), "a second document begins here; a configuration is one document, so remove the '---' or split the file");
        }

        return root;
    }

    private ConfigNode ReadNode(int depth)
    {
        ParsingEvent next = Next();
        Mark mark = At(next.Start);
        if (depth > MaxDepth)
        {
            throw new UnusableYamlException(mark, $"nested more than {MaxDepth} levels deep; nothing in a configuration is");
        }

        if (next is AnchorAlias alias)
        {
            return _anchors.TryGetValue(alias.Value.Value, out ConfigNode? known)
                ? known
                : throw new UnusableYamlException(mark, $"'*{alias.Value.Value}' refers to an anchor that is not set before it; write '&{alias.Value.Value}' at the value it should repeat");
        }

        if (next is not NodeEvent node)
        {
            throw new UnusableYamlException(mark, "not valid YAML: a value is missing before this place; look for a ':' or '-' that stands alone");
        }

        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific)
        {
            _report(mark, "YAML tags ('!name') mean nothing here; remove the tag");
        }

        ConfigNode read = next switch
        {
            Scalar scalar => new ScalarNode(mark, scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => ReadSequence(mark, depth),
            _ => ReadMapping(mark, depth),
        };
        if (!node.Anchor.IsEmpty)
        {
            _anchors[node.Anchor.Value] = read;
        }

        return read;
    }

    private SequenceNode ReadSequence(Mark mark, int depth)
    {
        ImmutableArray<ConfigNode>.Builder items = ImmutableArray.CreateBuilder<ConfigNode>();
        while (Peek() is not SequenceEnd)
        {
            items.Add(ReadNode(depth + 1));
        }

        Next();
        return new SequenceNode(mark, items.ToImmutable());
    }

    private MappingNode ReadMapping(Mark mark, int depth)
    {
        List<Entry> entries = [];
        Dictionary<string, Mark> seen = new(StringComparer.Ordinal);
        List<Entry> merged = [];
        while (Peek() is not MappingEnd)
        {
            ConfigNode key = ReadNode(depth + 1);
            if (key is ScalarNode { IsPlain: true, Text: "" })
            {
                // After a nested mapping YamlDotNet 16.3.0 gives such a ':' no value of its own, so that what follows would be read shifted by one.
                throw new UnusableYamlException(key.Mark, "not valid YAML: a ':' has no key before it; remove it or write the key");
            }

            ConfigNode value = ReadNode(depth + 1);
            if (key is not ScalarNode { Text: string name } scalar)
            {
                _report(key.Mark, $"a key must be a single value, not {key.Kind}; quote values that contain '{{' or '['");
            }
            else if (name == MergeKey && scalar.IsPlain)
            {
                Merge(value, merged);
            }
            else if (seen.TryGetValue(name, out Mark first))
            {
                _report(key.Mark, $"'{name}' is given twice, first in line {first.Line}; remove one of them");
            }
            else
            {
                seen.Add(name, key.Mark);
                entries.Add(new Entry(name, key.Mark, value));
            }
        }

        Next();
        // https://yaml.org/type/merge.html: what is written here wins over what is merged, earlier merges over later ones.
        foreach (Entry entry in merged)
        {
            if (seen.TryAdd(entry.Key, entry.KeyMark))
            {
                entries.Add(entry);
            }
        }

        return new MappingNode(mark, [.. entries]);
    }

    private void Merge(ConfigNode value, List<Entry> merged)
    {
        switch (value)
        {
            case MappingNode mapping:
                merged.AddRange(mapping.Entries);
                break;
            case SequenceNode sequence when sequence.Items.All(item => item is MappingNode):
                merged.AddRange(sequence.Items.SelectMany(item => ((MappingNode)item).Entries));
                break;
            default:
                _report(value.Mark, $"'<<' merges keys and values, found {value.Kind}; write '<<: *anchor'");
                break;
        }
    }

    /// <summary>Adds the remedy for the most common mistake: an unquoted substitution where braces have a meaning of their own.</summary>
    private string Explain(Mark mark, string message)
    {
        string text = char.ToLowerInvariant(message[0]) + message.TrimEnd('.')[1..];
        string line = _text.Split('\n').ElementAtOrDefault(mark.Line - 1) ?? "";
        if (line.Contains("${", StringComparison.Ordinal) && line.AsSpan().IndexOfAny('{', '[') != line.IndexOf("${", StringComparison.Ordinal) + 1)
        {
            return $"{text}; inside {{ }} and [ ] put quotes around a value with ${{...}}";
        }

        return line.Contains('\t') ? $"{text}; indent with spaces, not tabs" : text;
    }

    private ParsingEvent Peek()
    {
        if (_peeked is null)
        {
            do
            {
                if (!_parser.MoveNext())
                {
                    throw new InvalidOperationException("The parser ended before its stream did.");
                }
            }
            while (_parser.Current is Comment);

            _peeked = _parser.Current!;
        }

        return _peeked;
    }

    private ParsingEvent Next()
    {
        ParsingEvent next = Peek();
        _peeked = null;
        return next;
    }

    private void Expect<T>()
        where T : ParsingEvent
    {
        if (Next() is not T)
        {
            throw new InvalidOperationException($"The parser's events are out of order: no {typeof(T).Name}.");
        }
    }

    private static Mark At(YamlDotNet.Core.Mark mark) => new((int)mark.Line, (int)mark.Column);

    /// <summary>Stops the reading: what follows could not be understood.</summary>
    private sealed class UnusableYamlException(Mark mark, string message) : Exception(message)
    {
        public Mark Mark { get; } = mark;
    }
}

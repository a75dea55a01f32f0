using FastGate.Configuration.Yaml;

namespace FastGate.Configuration.Reading;

/// <summary>A group of keys: the one description from which reading, checking, the reference and the JSON Schema come.</summary>
internal abstract class Section(string title, string description)
{
    /// <summary>How the reference is headed: the path of the group, for example <c>providers.NAME.timeouts</c>.</summary>
    public string Title { get; } = title;

    /// <summary>What the group is for.</summary>
    public string Description { get; } = description;

    /// <summary>Its keys in the order of the reference, which is also the order they are read in.</summary>
    public abstract IEnumerable<Key> Keys { get; }

    /// <summary>Keys of later versions.</summary>
    public abstract IEnumerable<LaterKey> LaterKeys { get; }

    /// <summary>This section and all below it, each once; what belongs to a key comes before the next key's.</summary>
    public IReadOnlyList<Section> WithInner()
    {
        List<Section> found = [this];
        for (int i = 0; i < found.Count; i++)
        {
            IEnumerable<Section> inner = found[i].Keys.Select(key => key.Shape.Inner).OfType<Section>().Distinct().Where(section => !found.Contains(section));
            found.InsertRange(i + 1, inner.ToArray());
        }

        return found;
    }
}

/// <summary>A group of keys read into a <typeparamref name="T"/>.</summary>
internal sealed class Section<T>(string title, string description, T defaults) : Section(title, description)
{
    private readonly List<Key<T>> _keys = [];
    private readonly List<LaterKey> _later = [];
    private readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal);
    private Key<T>? _shorthand;
    private Completion? _complete;

    /// <summary>Looks at the whole group after its keys were read.</summary>
    /// <param name="value">What was read.</param>
    /// <param name="written">The keys that were written.</param>
    /// <param name="path">The group's key.</param>
    /// <param name="reading">Takes the errors.</param>
    public delegate T Completion(T value, IReadOnlySet<string> written, string path, ConfigReading reading);

    public override IEnumerable<Key> Keys => _keys;

    public override IEnumerable<LaterKey> LaterKeys => _later;

    /// <summary>The key a single value stands for; null: there must be keys.</summary>
    public Key? Shorthand => _shorthand;

    /// <summary>Adds a key.</summary>
    public Section<T> Key<TValue>(
        string name, Shape<TValue> shape, Func<T, TValue> get, Func<T, TValue, T> set, string description, bool required = false, string? defaultNote = null) =>
        Key(name, _ => shape, get, set, description, required, defaultNote);

    /// <summary>Adds a key whose shape depends on keys above it.</summary>
    public Section<T> Key<TValue>(
        string name, Func<T, Shape<TValue>> shape, Func<T, TValue> get, Func<T, TValue, T> set, string description, bool required = false, string? defaultNote = null)
    {
        _keys.Add(new Key<T, TValue>(name, shape, get, set, defaults, description, required, defaultNote));
        return this;
    }

    /// <summary>Adds the keys of another group as this group's own.</summary>
    public Section<T> KeysOf<TPart>(Section<TPart> part, Func<T, TPart> get, Func<T, TPart, T> set)
    {
        _keys.AddRange(part._keys.Select(key => new PartKey<T, TPart>(key, get, set)));
        _later.AddRange(part._later);
        return this;
    }

    /// <summary>Adds keys of later versions.</summary>
    public Section<T> Later(params ReadOnlySpan<LaterKey> keys)
    {
        _later.AddRange(keys);
        return this;
    }

    /// <summary>Says why there is no key of a name somebody might well expect here.</summary>
    /// <param name="name">The name.</param>
    /// <param name="reason">Why, and what to do.</param>
    public Section<T> Refuses(string name, string reason)
    {
        _refused.Add(name, reason);
        return this;
    }

    /// <summary>Lets a single value stand for the whole group, as the value of the key <paramref name="name"/>.</summary>
    public Section<T> OrJust(string name)
    {
        _shorthand = _keys.Single(key => key.Name == name);
        return this;
    }

    /// <summary>Adds a look at the whole group.</summary>
    public Section<T> Completed(Completion complete)
    {
        _complete = complete;
        return this;
    }

    /// <summary>The group as a value.</summary>
    public Shape<T> AsShape() => new SectionShape<T>(this);

    /// <summary>Reads a group.</summary>
    public T Read(ConfigNode node, string path, ConfigReading reading, T current)
    {
        reading.Enter(path, node);
        switch (node)
        {
            case MappingNode mapping:
                return ReadKeys(mapping, path, reading, current);
            case ScalarNode { IsNull: false } when _shorthand is not null:
                T read = _shorthand.Read(current, node, path, reading);
                return _complete is null ? read : _complete(read, new HashSet<string> { _shorthand.Name }, path, reading);
            case ScalarNode { IsNull: true } when path.Length > 0:
                return ReadKeys(new MappingNode(node.Mark, []), path, reading, current);
            default:
                string keys = string.Join(", ", _keys.Select(key => key.Name));
                reading.Report(node, path, $"expects keys and values, found {node.Kind}; the keys known here are {keys}");
                return current;
        }
    }

    private T ReadKeys(MappingNode mapping, string path, ConfigReading reading, T current)
    {
        Dictionary<string, ConfigNode> written = new(StringComparer.Ordinal);
        foreach (Entry entry in mapping.Entries)
        {
            if (_keys.Any(key => key.Name == entry.Key))
            {
                written.Add(entry.Key, entry.Value);
            }
            else
            {
                reading.Report(entry.KeyMark, Refusal(entry.Key, path, reading));
            }
        }

        foreach (Key<T> key in _keys)
        {
            if (written.TryGetValue(key.Name, out ConfigNode? value))
            {
                current = key.Read(current, value, KeyPath.Of(path, key.Name), reading);
            }
            else if (key.Required)
            {
                reading.Report(mapping, path, $"'{key.Name}' is missing; add it: {key.Description}");
            }
        }

        return _complete is null ? current : _complete(current, written.Keys.ToHashSet(StringComparer.Ordinal), path, reading);
    }

    private string Refusal(string name, string path, ConfigReading reading)
    {
        string full = KeyPath.Of(path, name);
        if (_later.Find(later => later.Name == name) is { } later)
        {
            return $"{full}: '{name}' is not available in this version; {later.Instead}";
        }

        if (_refused.TryGetValue(name, out string? reason))
        {
            return $"{full}: {reason}";
        }

        IEnumerable<string> known = _keys.Select(key => key.Name);
        return NearestName.Of(name, known) is { } nearest ? $"{full}: unknown key '{name}'; did you mean '{nearest}'?"
            : reading.HomeOf(name) is { } home ? $"{full}: unknown key '{name}'; it belongs under '{home}'"
            : $"{full}: unknown key '{name}'; the keys known here are {string.Join(", ", known)}";
    }
}

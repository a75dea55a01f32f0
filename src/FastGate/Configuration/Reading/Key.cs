using System.Text.Json;
using FastGate.Configuration.Yaml;

namespace FastGate.Configuration.Reading;

/// <summary>A key: its name, what it may hold, what it means.</summary>
/// <param name="Name">The name as written.</param>
/// <param name="Description">What it means; a sentence in Markdown, for the reference and for editors.</param>
/// <param name="Shape">What it may hold.</param>
/// <param name="Default">What holds when it is not written, as one would write it; null: nothing to write.</param>
/// <param name="DefaultNote">Words for the reference in place of a default that depends on something.</param>
/// <param name="Required">True when it must be written.</param>
internal abstract record Key(string Name, string Description, Shape Shape, string? Default, string? DefaultNote, bool Required)
{
    /// <summary>Writes the default as JSON; only when there is a <see cref="Default"/>.</summary>
    public abstract void WriteDefault(Utf8JsonWriter json);
}

/// <summary>A key of a section that is read into a <typeparamref name="T"/>.</summary>
internal abstract record Key<T>(string Name, string Description, Shape Shape, string? Default, string? DefaultNote, bool Required)
    : Key(Name, Description, Shape, Default, DefaultNote, Required)
{
    /// <summary>Reads the value and puts it in.</summary>
    public abstract T Read(T target, ConfigNode node, string path, ConfigReading reading);
}

/// <summary>A key whose value is a <typeparamref name="TValue"/>.</summary>
internal sealed record Key<T, TValue> : Key<T>
{
    private readonly Func<T, Shape<TValue>> _shape;
    private readonly Func<T, TValue> _get;
    private readonly Func<T, TValue, T> _set;
    private readonly T _defaults;

    public Key(
        string name, Func<T, Shape<TValue>> shape, Func<T, TValue> get, Func<T, TValue, T> set, T defaults, string description, bool required, string? defaultNote)
        : base(name, description, shape(defaults), required || defaultNote is not null ? null : shape(defaults).Format(get(defaults)), defaultNote, required)
    {
        _shape = shape;
        _get = get;
        _set = set;
        _defaults = defaults;
    }

    public override T Read(T target, ConfigNode node, string path, ConfigReading reading) =>
        _set(target, _shape(target).Read(node, path, reading, _get(target)));

    public override void WriteDefault(Utf8JsonWriter json) => ((Shape<TValue>)Shape).WriteDefault(json, _get(_defaults));
}

/// <summary>A key of a part, seen from the whole.</summary>
internal sealed record PartKey<T, TPart> : Key<T>
{
    private readonly Key<TPart> _key;
    private readonly Func<T, TPart> _get;
    private readonly Func<T, TPart, T> _set;

    public PartKey(Key<TPart> key, Func<T, TPart> get, Func<T, TPart, T> set)
        : base(key.Name, key.Description, key.Shape, key.Default, key.DefaultNote, key.Required)
    {
        _key = key;
        _get = get;
        _set = set;
    }

    public override T Read(T target, ConfigNode node, string path, ConfigReading reading) => _set(target, _key.Read(_get(target), node, path, reading));

    public override void WriteDefault(Utf8JsonWriter json) => _key.WriteDefault(json);
}

/// <summary>A key that belongs to the contract and comes with a later version: refused with a word of explanation, never ignored.</summary>
/// <param name="Name">The name.</param>
/// <param name="Instead">What to do until then.</param>
internal sealed record LaterKey(string Name, string Instead = "remove it");

using System.Buffers.Text;
using System.Collections.Immutable;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;

namespace FastGate.Proxy.Replay;

/// <summary>A stream that its client can come back to: its recording, its token, and whose it is.</summary>
internal sealed class ResumableStream : IRecordingKeeper
{
    private const int PrefixLength = 4 + StreamToken.Length + 1;

    private readonly StreamRegistry _registry;

    // "id: token:", and behind it room for the number of the event at hand. Only the exchange writes there.
    private readonly byte[] _line = new byte[PrefixLength + 20 + 1];

    internal ResumableStream(StreamRegistry registry, Recording recording, ClientSettings? owner)
    {
        _registry = registry;
        Recording = recording;
        Owner = owner?.KeySha256 ?? [];
        Token = StreamToken.Create();
        "id: "u8.CopyTo(_line);
        Token.Write(_line.AsSpan(4));
        _line[PrefixLength - 1] = (byte)':';
    }

    internal Recording Recording { get; }

    internal StreamToken Token { get; }

    /// <summary>The token as it is written.</summary>
    internal ReadOnlySpan<byte> TokenText => _line.AsSpan(4, StreamToken.Length);

    /// <summary>The hash of the key of the client it belongs to; empty where nobody needs a key.</summary>
    internal ImmutableArray<byte> Owner { get; }

    /// <summary>The route of its request; null for one that named its target.</summary>
    internal Route? Route { get; init; }

    /// <summary>The target that began to answer it.</summary>
    internal UpstreamTarget? Target { get; init; }

    /// <summary>How its events are to be read.</summary>
    internal required StreamGrammar Grammar { get; init; }

    /// <summary>The streams that finished before and after this one; the registry's own.</summary>
    internal ResumableStream? Older { get; set; }

    internal ResumableStream? Newer { get; set; }

    /// <summary>Whether it stands among the finished ones; the registry's own.</summary>
    internal bool IsFinished { get; set; }

    /// <summary>Whether a client may read it.</summary>
    internal bool BelongsTo(ClientSettings? client) => Owner.IsEmpty || (client is not null && Owner.AsSpan().SequenceEqual(client.KeySha256.AsSpan()));

    /// <summary>The line <c>id: token:number</c>; valid until the next call.</summary>
    internal ReadOnlySpan<byte> IdLine(long number)
    {
        Utf8Formatter.TryFormat(number, _line.AsSpan(PrefixLength), out int digits);
        int length = PrefixLength + digits;
        _line[length] = (byte)'\n';
        return _line.AsSpan(0, length + 1);
    }

    /// <summary>Its recording is finished: from now on it is kept for a while, unless the memory is needed.</summary>
    internal void OnFinished() => _registry.OnFinished(this);

    /// <inheritdoc/>
    public void OnExpired() => _registry.Remove(this);
}

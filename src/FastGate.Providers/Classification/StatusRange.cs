namespace FastGate.Providers.Classification;

/// <summary>The statuses an <see cref="ErrorRule"/> is about.</summary>
/// <param name="From">The lowest.</param>
/// <param name="To">The highest.</param>
/// <param name="InStream">Whether the rule also is about an error inside a 200 stream that names no status of its own.</param>
internal readonly record struct StatusRange(short From, short To, bool InStream)
{
    /// <summary>The status of an error inside a stream that names none.</summary>
    internal const int NoStatus = 0;

    internal static readonly StatusRange Any = new(400, 599, InStream: true);
    internal static readonly StatusRange Client = new(400, 499, InStream: true);
    internal static readonly StatusRange Stream = new(NoStatus, NoStatus, InStream: true);

    internal static StatusRange Only(short status) => new(status, status, InStream: false);

    internal static StatusRange Between(short from, short to) => new(from, to, InStream: false);

    internal bool Contains(int status) => status == NoStatus ? InStream : status >= From && status <= To;
}

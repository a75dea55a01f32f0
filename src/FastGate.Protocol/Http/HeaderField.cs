namespace FastGate.Protocol.Http;

/// <summary>One header field of a parsed head.</summary>
/// <param name="Name">The name as it was sent.</param>
/// <param name="Value">The value without the white space around it; may be empty.</param>
/// <param name="Id">Which field it is, if the gateway knows it.</param>
/// <param name="HopByHop">
/// True when the field concerns this connection only and must not be forwarded (RFC 9110 §7.6.1):
/// the connection-level fields, and every field that a <c>Connection</c> field names.
/// </param>
public readonly record struct HeaderField(ByteSlice Name, ByteSlice Value, KnownHeader Id, bool HopByHop);

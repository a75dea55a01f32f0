namespace FastGate.Protocol.Http;

/// <summary>What request lines and status lines share.</summary>
internal static class StartLines
{
    /// <summary>True for "HTTP/" DIGIT "." DIGIT (RFC 9112 §2.3), whatever the digits.</summary>
    public static bool IsVersion(ReadOnlySpan<byte> text)
        => text.Length == 8 && text.StartsWith("HTTP/"u8) && Octets.IsDigit(text[5]) && text[6] == '.' && Octets.IsDigit(text[7]);
}

namespace FastGate.Protocol.Http;

/// <summary>The head of a response; filled by <see cref="ResponseParser"/>.</summary>
public sealed class ResponseHead : MessageHead
{
    /// <summary>The status code, 100 to 999; 0 until a parse completes.</summary>
    public int Status { get; internal set; }

    /// <summary>The reason phrase; often empty, and without meaning (RFC 9112 §4).</summary>
    public ByteSlice Reason { get; internal set; }

    private protected override void ResetStartLine()
    {
        Status = 0;
        Reason = default;
    }
}

namespace FastGate.Protocol.Multipart;

/// <summary>What routing needs to know of a <c>multipart/form-data</c> body.</summary>
public struct MultipartFacts
{
    /// <summary>Whether there is a field <c>model</c>.</summary>
    public bool HasModel { get; internal set; }

    /// <summary>Where the value of <c>model</c> starts, in octets from the start of the body.</summary>
    public long ModelOffset { get; internal set; }

    /// <summary>How long the value of <c>model</c> is, in octets.</summary>
    public int ModelLength { get; internal set; }

    /// <summary>Whether there is a field <c>stream</c>.</summary>
    public bool HasStream { get; internal set; }

    /// <summary>Where the value of <c>stream</c> starts, in octets from the start of the body.</summary>
    public long StreamOffset { get; internal set; }

    /// <summary>How long the value of <c>stream</c> is, in octets.</summary>
    public int StreamLength { get; internal set; }

    /// <summary>Whether the client asks for a stream.</summary>
    public bool Stream { get; internal set; }

    /// <summary>How many parts the body has.</summary>
    public int Parts { get; internal set; }
}

namespace FastGate.Proxy.Endpoints;

/// <summary>How a request's body is read for what routing needs.</summary>
internal enum BodyShape : byte
{
    /// <summary>No body is expected.</summary>
    None,

    /// <summary>A JSON object.</summary>
    Json,

    /// <summary>A JSON object or <c>multipart/form-data</c>, as the content type says.</summary>
    JsonOrMultipart,
}

namespace FastGate.MockProvider.Behaviours;

/// <summary>How an answer stops being sent.</summary>
internal enum StreamEnd
{
    /// <summary>The last chunk is written (<c>end</c>): to HTTP the body is whole.</summary>
    Clean,

    /// <summary>FIN in the middle of the body (<c>fin</c>).</summary>
    Close,

    /// <summary>RST in the middle of the body (<c>rst</c>).</summary>
    Reset,

    /// <summary>Nothing more is sent until the client goes (<c>hang</c>).</summary>
    Hang,
}

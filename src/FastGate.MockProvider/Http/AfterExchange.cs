namespace FastGate.MockProvider.Http;

/// <summary>What happens to the connection after an exchange.</summary>
internal enum AfterExchange
{
    KeepAlive,

    /// <summary>FIN.</summary>
    Close,

    /// <summary>RST: closed with SO_LINGER 0, what was not yet sent is dropped.</summary>
    Reset,
}

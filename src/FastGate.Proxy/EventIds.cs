namespace FastGate.Proxy;

/// <summary>Ids of the data plane's log messages; never reused.</summary>
internal static class EventIds
{
    internal const int AcceptFailed = 1;
    internal const int TooManyConnections = 2;
    internal const int ConnectionFault = 3;
    internal const int AttemptFailed = 4;
    internal const int StreamInterrupted = 5;
    internal const int ModelListFailed = 6;
    internal const int StreamContinued = 7;
    internal const int WaveCollected = 8;
    internal const int WaveFalling = 9;
    internal const int LastResort = 20;
    internal const int WebhookFailed = 21;
    internal const int AnswerDatabaseUnusable = 22;
    internal const int AnswerDatabaseFailed = 23;
}

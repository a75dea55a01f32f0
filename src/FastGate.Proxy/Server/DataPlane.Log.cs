using Microsoft.Extensions.Logging;

namespace FastGate.Proxy.Server;

/// <content>Log messages.</content>
public sealed partial class DataPlane
{
    [LoggerMessage(EventIds.AcceptFailed, LogLevel.Warning, "A connection could not be accepted: {Reason}")]
    private static partial void LogAcceptFailed(ILogger logger, string reason);

    [LoggerMessage(EventIds.TooManyConnections, LogLevel.Warning, "A connection was closed at once: server.max_connections ({Limit}) are open")]
    private static partial void LogTooManyConnections(ILogger logger, int limit);

    [LoggerMessage(EventIds.ConnectionFault, LogLevel.Error, "A client connection ended by an internal error")]
    private static partial void LogConnectionFault(ILogger logger, Exception exception);

    [LoggerMessage(EventIds.WaveFalling, LogLevel.Debug, "Many connections have gone; what they left is collected in the background, as {Open} others are open")]
    private static partial void LogCollecting(ILogger logger, int open);

    [LoggerMessage(EventIds.WaveCollected, LogLevel.Debug, "Many connections have gone, and {Octets} bytes with them; looking for that held {Open} others up for {Milliseconds} ms")]
    private static partial void LogCollected(ILogger logger, long octets, int open, double milliseconds);
}

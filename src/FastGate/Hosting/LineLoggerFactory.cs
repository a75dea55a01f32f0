using System.Globalization;
using Microsoft.Extensions.Logging;

namespace FastGate.Hosting;

/// <summary>
/// Logs one line an event to standard error: time (UTC), level, message. The level is <c>FASTGATE_LOG</c> (debug, information, warning,
/// error); information without it. The data plane logs only what is rare.
/// </summary>
internal sealed class LineLoggerFactory(TextWriter output) : ILoggerFactory
{
    private readonly LogLevel _least = Enum.TryParse(Environment.GetEnvironmentVariable("FASTGATE_LOG"), ignoreCase: true, out LogLevel level) ? level : LogLevel.Information;
    private readonly Lock _lock = new();

    public ILogger CreateLogger(string categoryName) => new LineLogger(this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("There is one place to log to.");

    public void Dispose()
    {
    }

    private void Write(LogLevel level, string message, Exception? exception)
    {
        string name = level switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            LogLevel.Error => "error",
            _ => "fatal",
        };
        lock (_lock)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {name} {message}{(exception is null ? "" : $" {exception}")}"));
        }
    }

    private sealed class LineLogger(LineLoggerFactory factory) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= factory._least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                factory.Write(logLevel, formatter(state, exception), exception);
            }
        }
    }
}

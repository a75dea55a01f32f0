using FastGate.Proxy.Measurement;
using FastGate.Proxy.Model;
using Microsoft.Extensions.Logging;

namespace FastGate.Proxy.Answers;

/// <summary>Opens the answer store that is configured.</summary>
internal static partial class AnswerStores
{
    /// <summary>The store: in memory, and on disk behind it if a path is set. A database that cannot be used is said so once and done without.</summary>
    internal static IAnswerStore Open(StoreSettings settings, AnswerCounters counters, ILogger logger)
    {
        var memory = new MemoryAnswerStore(settings.AnswerBytes);
        if (settings.AnswerPath is not { } path)
        {
            return memory;
        }

        try
        {
            return new DiskAnswerStore(memory, AnswerDatabase.Open(path, settings.AnswerDiskBytes), counters, logger);
        }
        catch (Exception e) when (e is AnswerDatabaseException or DllNotFoundException)
        {
            LogUnusable(logger, path, e.Message);
            return memory;
        }
    }

    [LoggerMessage(EventIds.AnswerDatabaseUnusable, LogLevel.Warning, "The database of stored answers {Path} cannot be used ({What}): answers are kept in memory only. Repair or remove it, or set another stores.answers.path, and start again")]
    private static partial void LogUnusable(ILogger logger, string path, string what);
}

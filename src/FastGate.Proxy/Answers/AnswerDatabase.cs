using SQLitePCL;

namespace FastGate.Proxy.Answers;

/// <summary>
/// Stored answers in an SQLite database, bounded in octets; the oldest go first. One connection under a lock: its users are few, and none of
/// them is on an event loop.
/// </summary>
internal sealed class AnswerDatabase : IDisposable
{
    /// <summary>What <c>PRAGMA application_id</c> says of our databases: "FGan".</summary>
    private const int ApplicationId = 0x46_47_61_6E;
    private const int SchemaVersion = 1;
    private const int DeletedAtOnce = 256;

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS answers(id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE, stored INTEGER NOT NULL, answer BLOB NOT NULL);
        PRAGMA application_id = 1179083118;
        PRAGMA user_version = 1;
        """;

    private readonly Lock _lock = new();
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _read;
    private readonly sqlite3_stmt _write;
    private readonly sqlite3_stmt _trim;
    private readonly long _limit;
    private bool _disposed;

    private AnswerDatabase(sqlite3 connection, string path, long limitBytes)
    {
        _connection = connection;
        Path = path;
        _limit = limitBytes;
        _read = Prepare("SELECT answer, stored FROM answers WHERE key = ?1");
        _write = Prepare("INSERT OR REPLACE INTO answers(key, stored, answer) VALUES(?1, ?2, ?3)");
        _trim = Prepare("DELETE FROM answers WHERE id IN (SELECT id FROM answers ORDER BY id LIMIT ?1)");
    }

    /// <summary>Where it is.</summary>
    internal string Path { get; }

    /// <summary>Octets in use, free pages not counted.</summary>
    internal long SizeBytes
    {
        get
        {
            lock (_lock)
            {
                return UsedBytes();
            }
        }
    }

    /// <summary>Opens a database, or makes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limitBytes">Octets at most.</param>
    /// <exception cref="AnswerDatabaseException">It cannot be opened or written, is damaged, or is somebody else's.</exception>
    internal static AnswerDatabase Open(string path, long limitBytes)
    {
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        int code = raw.sqlite3_open_v2(path, out sqlite3 connection, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
        try
        {
            Check(connection, code);
            raw.sqlite3_busy_timeout(connection, 2000);
            bool isNew = Number(connection, "SELECT count(*) FROM sqlite_master") == 0;
            if (!isNew && (Number(connection, "PRAGMA application_id") != ApplicationId || Number(connection, "PRAGMA user_version") != SchemaVersion))
            {
                throw new AnswerDatabaseException("it is no database of stored answers, or one of another version");
            }

            // Written without waiting for the disk: after a crash of the machine the last answers may be missing, but nothing is damaged.
            Run(connection, "PRAGMA journal_mode = WAL");
            Run(connection, "PRAGMA synchronous = NORMAL");
            Run(connection, Schema);

            // What cannot be written is better known now than with the first answer.
            Run(connection, "DELETE FROM answers WHERE id = 0");
            return new AnswerDatabase(connection, path, limitBytes);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    internal (byte[] Answer, long Stored)? Read(in AnswerKey key)
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return null;
            }

            raw.sqlite3_bind_blob(_read, 1, AnswerKey.Read(key));
            int code = raw.sqlite3_step(_read);
            (byte[], long)? found = code == raw.SQLITE_ROW ? (raw.sqlite3_column_blob(_read, 0).ToArray(), raw.sqlite3_column_int64(_read, 1)) : null;
            raw.sqlite3_reset(_read);
            if (code is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
            {
                Check(_connection, code);
            }

            return found;
        }
    }

    /// <summary>Writes a batch in one transaction and removes the oldest answers beyond the bound.</summary>
    internal void Write(IEnumerable<(AnswerKey Key, byte[] Answer, long Stored)> batch)
    {
        lock (_lock)
        {
            Run(_connection, "BEGIN IMMEDIATE");
            try
            {
                foreach ((AnswerKey key, byte[] answer, long stored) in batch)
                {
                    raw.sqlite3_bind_blob(_write, 1, AnswerKey.Read(key));
                    raw.sqlite3_bind_int64(_write, 2, stored);
                    raw.sqlite3_bind_blob(_write, 3, answer);
                    Step(_write);
                }

                while (UsedBytes() > _limit)
                {
                    raw.sqlite3_bind_int(_trim, 1, DeletedAtOnce);
                    Step(_trim);
                    if (raw.sqlite3_changes(_connection) == 0)
                    {
                        break;
                    }
                }

                Run(_connection, "COMMIT");
            }
            catch
            {
                // It may have been rolled back already, by what went wrong.
                raw.sqlite3_exec(_connection, "ROLLBACK");
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _read.Dispose();
            _write.Dispose();
            _trim.Dispose();
            _connection.Dispose();
        }
    }

    private long UsedBytes() =>
        (Number(_connection, "PRAGMA page_count") - Number(_connection, "PRAGMA freelist_count")) * Number(_connection, "PRAGMA page_size");

    private sqlite3_stmt Prepare(string text)
    {
        Check(_connection, raw.sqlite3_prepare_v2(_connection, text, out sqlite3_stmt statement));
        return statement;
    }

    private void Step(sqlite3_stmt statement)
    {
        int code = raw.sqlite3_step(statement);
        raw.sqlite3_reset(statement);
        if (code != raw.SQLITE_DONE)
        {
            Check(_connection, code);
        }
    }

    private static long Number(sqlite3 connection, string text)
    {
        Check(connection, raw.sqlite3_prepare_v2(connection, text, out sqlite3_stmt statement));
        using (statement)
        {
            int code = raw.sqlite3_step(statement);
            if (code != raw.SQLITE_ROW)
            {
                Check(connection, code);
            }

            return raw.sqlite3_column_int64(statement, 0);
        }
    }

    private static void Run(sqlite3 connection, string text) => Check(connection, raw.sqlite3_exec(connection, text));

    private static void Check(sqlite3 connection, int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw new AnswerDatabaseException(raw.sqlite3_errmsg(connection).utf8_to_string());
        }
    }
}

namespace FastGate.Proxy.Answers;

/// <summary>A database of stored answers could not be opened, read or written; the message is SQLite's own.</summary>
internal sealed class AnswerDatabaseException(string message) : Exception(message);

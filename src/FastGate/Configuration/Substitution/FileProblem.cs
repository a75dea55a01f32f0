namespace FastGate.Configuration.Substitution;

/// <summary>Why a file could not be read, as the end of a sentence, with the remedy.</summary>
internal static class FileProblem
{
    /// <summary>Continues "the file X, which ...".</summary>
    public static string Of(Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => "does not exist; create it or correct the path",
        UnauthorizedAccessException => "may not be read by this user, or is a directory; correct its permissions or the path",
        _ => "cannot be read; check that it is a readable file",
    };
}

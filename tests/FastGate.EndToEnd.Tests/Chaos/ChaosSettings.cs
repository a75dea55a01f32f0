using System.Globalization;

namespace FastGate.EndToEnd.Tests.Chaos;

/// <summary>How much chaos, and which: from the environment.</summary>
internal static class ChaosSettings
{
    /// <summary><c>FASTGATE_CHAOS_STREAMS</c>: the streams of the largest test; the others scale with it.</summary>
    public static int Streams => Setting("FASTGATE_CHAOS_STREAMS", 600);

    /// <summary>
    /// <c>FASTGATE_CHAOS_SEED</c>: the clients and the providers' draws of a run. Without it always the same, so that a build which fails does so
    /// for what was changed; <c>make chaos</c> draws a new one each time.
    /// </summary>
    public static int Seed => Setting("FASTGATE_CHAOS_SEED", 8934826);

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}

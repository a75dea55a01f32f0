using System.Globalization;

namespace FastGate.Fuzz;

/// <summary>
/// One fuzzing run: each iteration has a seed of its own, made from the run's, and a failure prints it with the input.
/// FASTGATE_FUZZ_ITERATIONS sets the number of iterations, FASTGATE_FUZZ_SEED the seed of the run.
/// </summary>
internal static class FuzzRun
{
    private const int DefaultIterations = 20_000;
    private const int DefaultSeed = 20261121;

    /// <summary>Generates inputs and checks them.</summary>
    /// <param name="generate">Makes an input.</param>
    /// <param name="check">Returns null, or what is wrong. May use the random numbers to decide how the input arrives.</param>
    public static void Over(Func<Random, string> generate, Func<string, Random, string?> check)
    {
        int iterations = Setting("FASTGATE_FUZZ_ITERATIONS", DefaultIterations);
        int seed = Setting("FASTGATE_FUZZ_SEED", DefaultSeed);
        for (int i = 0; i < iterations; i++)
        {
            var random = new Random(unchecked(seed + (i * 7919)));
            string input = generate(random);
            string? fault = check(input, random);
            if (fault is not null)
            {
                Assert.Fail($"Seed {seed}, iteration {i}: {fault}\nInput: {Escape(input)}");
            }
        }
    }

    private static int Setting(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    private static string Escape(string text)
        => string.Concat(text.Select(c => c switch
        {
            '\r' => "\\r",
            '\n' => "\\n",
            '\t' => "\\t",
            '"' => "\\\"",
            '\\' => "\\\\",
            < ' ' or > '~' => $"\\u{(int)c:x4}",
            _ => c.ToString(),
        }));
}

using System.Text.Json;

namespace FastGate.Load.Compare;

/// <summary>Writes the results: JSON with every raw round, and the page of tables.</summary>
internal static class ComparisonFiles
{
    /// <summary>Writes both and returns the name of the JSON file.</summary>
    public static string Write(Comparison comparison, CompareOptions options)
    {
        Directory.CreateDirectory(options.Out);
        string file = Path.Combine(options.Out, $"{comparison.Date}-{comparison.Commit}.json");
        using (FileStream output = File.Create(file))
        {
            WriteJson(comparison, output);
        }

        string notes = File.ReadAllText(Path.Combine(options.Assets, "notes.md"));
        File.WriteAllText(Path.Combine(options.Out, "README.md"), ComparisonTable.Render(comparison) + "\n" + notes);
        return file;
    }

    /// <summary>One JSON object; medians are not in it, they follow from the rounds.</summary>
    internal static void WriteJson(Comparison comparison, Stream output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("date", comparison.Date);
        json.WriteString("commit", comparison.Commit);
        json.WriteStartObject("machine");
        json.WriteString("cpu", comparison.Machine.Cpu);
        json.WriteNumber("cores", comparison.Machine.Cores);
        json.WriteString("kernel", comparison.Machine.Kernel);
        json.WriteNumber("memory_bytes", comparison.Machine.MemoryBytes);
        json.WriteString("load_before", comparison.Machine.Load);
        json.WriteString("load_after", Machine.LoadAverage());
        json.WriteEndObject();
        WriteTexts(json, "versions", comparison.Versions);
        WriteTexts(json, "skipped", comparison.Skipped);
        json.WriteStartObject("settings");
        json.WriteNumber("rounds", comparison.RoundCount);
        json.WriteBoolean("quick", comparison.Quick);
        json.WriteString("pinning", "none");
        json.WriteEndObject();
        json.WriteStartArray("scenarios");
        foreach (ScenarioResult result in comparison.Scenarios)
        {
            json.WriteStartObject();
            json.WritePropertyName("scenario");
            JsonSerializer.Serialize(json, result.Scenario, ScenarioJson.Default.Scenario);
            json.WriteStartObject("rounds");
            foreach ((string name, List<Round> rounds) in result.Rounds)
            {
                json.WriteStartArray(name);
                foreach (Round round in rounds)
                {
                    WriteRound(json, round);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRound(Utf8JsonWriter json, Round round)
    {
        json.WriteStartObject();
        foreach ((string metric, double value) in round)
        {
            json.WriteNumber(metric, Math.Round(value, 3));
        }

        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> texts)
    {
        json.WriteStartObject(name);
        foreach ((string key, string value) in texts)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }
}

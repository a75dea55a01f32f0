using System.Text.Json;
using FastGate.Load.Compare;

namespace FastGate.Load.Pages;

/// <summary>The results on disk: JSON with every raw round, and the page with its charts.</summary>
internal static class ComparisonFiles
{
    /// <summary>The page's file name.</summary>
    public const string Page = "README.md";

    /// <summary>Writes all and returns the name of the JSON file.</summary>
    public static string Write(Comparison comparison, string directory, string assets)
    {
        Directory.CreateDirectory(directory);
        string file = Path.Combine(directory, comparison.FileName);
        string partial = file + ".partial";
        using (FileStream output = File.Create(partial))
        {
            WriteJson(comparison, output);
        }

        // Whatever ends the program now, the file is the old one or the new one.
        File.Move(partial, file, overwrite: true);
        WritePage(comparison, directory, assets);
        return file;
    }

    /// <summary>Writes the page and its charts.</summary>
    public static void WritePage(Comparison comparison, string directory, string assets)
    {
        var charts = new List<(string File, string Title)>();
        Chart("ratios.svg", "CPU beside HAProxy's, scenario by scenario", RatioChart.Render(comparison));
        Chart("latency.svg", "Latency at 5,000 requests a second", PercentileChart.Render(comparison));
        Chart("history.svg", "CPU beside HAProxy's, commit by commit", HistoryChart.Render(History.ReadAll(directory)));
        string notes = File.ReadAllText(Path.Combine(assets, "notes.md"));
        File.WriteAllText(Path.Combine(directory, Page), ComparisonPage.Render(comparison, charts) + "\n" + notes);

        void Chart(string name, string title, string? svg)
        {
            string path = Path.Combine(directory, name);
            if (svg is null)
            {
                // One of an earlier run would pass for this one's.
                File.Delete(path);
                return;
            }

            File.WriteAllText(path, svg);
            charts.Add((name, title));
        }
    }

    /// <summary>Reads a file back.</summary>
    /// <exception cref="LoadException">It cannot be read, or is no such file.</exception>
    public static Comparison Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw LoadException.Usage($"{file}: {e.Message}");
        }
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
        WriteTexts(json, "variants", comparison.Variants);
        WriteTexts(json, "skipped", comparison.Skipped);
        json.WriteStartArray("missing");
        foreach (string name in comparison.Missing)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
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

    private static Comparison Read(JsonElement json)
    {
        JsonElement machine = json.GetProperty("machine");
        JsonElement settings = json.GetProperty("settings");
        return new Comparison(
            Text(json, "date"),
            Text(json, "commit"),
            new Machine(
                Text(machine, "cpu"), machine.GetProperty("cores").GetInt32(), Text(machine, "kernel"),
                machine.GetProperty("memory_bytes").GetInt64(), Text(machine, "load_before")),
            ReadTexts(json, "versions"),
            ReadTexts(json, "skipped"),
            settings.GetProperty("rounds").GetInt32(),
            settings.GetProperty("quick").GetBoolean(),
            [.. json.GetProperty("scenarios").EnumerateArray().Select(ReadScenario)])
        {
            Missing = json.TryGetProperty("missing", out JsonElement missing) ? [.. missing.EnumerateArray().Select(name => name.GetString()!)] : [],
            Variants = ReadTexts(json, "variants"),
        };
    }

    private static ScenarioResult ReadScenario(JsonElement json) => new(
        json.GetProperty("scenario").Deserialize(ScenarioJson.Default.Scenario) ?? throw new JsonException("a scenario is null"),
        json.GetProperty("rounds").EnumerateObject().ToDictionary(
            participant => participant.Name, participant => participant.Value.EnumerateArray().Select(ReadRound).ToList(), StringComparer.Ordinal));

    private static Round ReadRound(JsonElement json)
    {
        var round = new Round();
        foreach (JsonProperty metric in json.EnumerateObject())
        {
            round[metric.Name] = metric.Value.GetDouble();
        }

        return round;
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? string.Empty;

    private static Dictionary<string, string> ReadTexts(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement texts)
        ? texts.EnumerateObject().ToDictionary(text => text.Name, text => text.Value.GetString() ?? string.Empty, StringComparer.Ordinal)
        : [];

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

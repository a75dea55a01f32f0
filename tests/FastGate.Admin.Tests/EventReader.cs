using System.Text.Json;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Admin.Tests;

/// <summary>Reads an event stream.</summary>
internal sealed class EventReader(HttpResponseMessage response) : IDisposable
{
    private readonly StreamReader _lines = new(response.Content.ReadAsStream());

    internal Task<string?> LineAsync() => _lines.ReadLineAsync().Soon();

    /// <summary>The next event, whatever stands before it.</summary>
    internal async Task<(string Id, string Name, JsonElement Data)> NextAsync()
    {
        string? id = null;
        string? name = null;
        while (await LineAsync() is { } line)
        {
            switch (line.Split(": ", 2))
            {
                case ["id", var value]:
                    id = value;
                    break;
                case ["event", var value]:
                    name = value;
                    break;
                case ["data", var value]:
                    return (id ?? "", name ?? "", JsonDocument.Parse(value).RootElement);
            }
        }

        throw new EndOfStreamException("The events ended.");
    }

    public void Dispose()
    {
        _lines.Dispose();
        response.Dispose();
    }
}

using System.Text;
using System.Text.Json;
using FastGate.Protocol.Json;

namespace FastGate.Protocol.Tests.Json.Fuzz;

public sealed class JsonCursorOracleTests
{
    [Theory]
    [InlineData(20261121)]
    [InlineData(99)]
    public void Mutated_texts_are_valid_for_the_cursor_when_they_are_for_the_oracle(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 60_000; round++)
        {
            byte[] json = BodyMutator.Next(random, RequestBodies.All);
            string what = $"seed {seed}, round {round}: {Encoding.Latin1.GetString(json)}";
            bool expected = RequestOracle.IsJson(json);

            var skipping = new JsonCursor(json);
            skipping.SkipValue();
            Assert.True(expected == skipping.Finish(), what);

            // Half entered, half skipped: the two ways of walking must agree at every boundary.
            var text = new StringBuilder();
            var walking = new JsonCursor(json);
            Walk(ref walking, random, text);
            Assert.True(expected == walking.Finish(), what);
        }
    }

    [Fact]
    public void Walked_text_says_what_the_oracle_reads()
    {
        foreach (string body in RequestBodies.All)
        {
            var text = new StringBuilder();
            var cursor = new JsonCursor(Encoding.UTF8.GetBytes(body));
            Walk(ref cursor, random: null, text);
            Assert.True(cursor.Finish());
            using var document = JsonDocument.Parse(body);
            var expected = new StringBuilder();
            Describe(document.RootElement, expected);
            Assert.Equal(expected.ToString(), text.ToString());
        }
    }

    private static void Walk(ref JsonCursor cursor, Random? random, StringBuilder text)
    {
        if (random?.Next(4) == 0)
        {
            cursor.SkipValue();
        }
        else if (cursor.TryEnterObject())
        {
            text.Append('{');
            while (cursor.NextProperty())
            {
                text.Append(cursor.Name.ToString()).Append(':');
                Walk(ref cursor, random, text);
            }

            text.Append('}');
        }
        else if (cursor.TryEnterArray())
        {
            text.Append('[');
            while (cursor.NextElement())
            {
                Walk(ref cursor, random, text);
                text.Append(',');
            }

            text.Append(']');
        }
        else if (cursor.TryReadString(out JsonString value))
        {
            text.Append('"').Append(value.ToString()).Append('"');
        }
        else if (cursor.TryReadNumber(out ReadOnlySpan<byte> number))
        {
            text.Append(Encoding.ASCII.GetString(number));
        }
        else
        {
            text.Append(cursor.Peek());
            cursor.SkipValue();
        }
    }

    private static void Describe(JsonElement element, StringBuilder text)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    text.Append(property.Name).Append(':');
                    Describe(property.Value, text);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Describe(item, text);
                    text.Append(',');
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                text.Append('"').Append(element.GetString()).Append('"');
                break;
            case JsonValueKind.Number:
                text.Append(element.GetRawText());
                break;
            default:
                text.Append(element.ValueKind);
                break;
        }
    }
}

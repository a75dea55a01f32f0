using System.Text;

namespace FastGate.Protocol.Tests.Json;

/// <summary>Random JSON values, written each time with other white space and another order of members.</summary>
internal static class RandomJson
{
    private static readonly string[] Scalars = ["0", "-1.50", "1e5", "true", "false", "null", "\"\"", "\"text\"", "\"é \\n \\\\ \\\" , : { }\"", "\"\\u00e9\"", "\"long enough for a vector \""];
    private static readonly string[] Names = ["a", "b", "ab", "", "é", "role", "content", "a name with, {odd} signs:"];

    internal static object? Value(Random random, int depth, int width)
    {
        if (depth == 0 || random.Next(4) == 0)
        {
            return Scalars[random.Next(Scalars.Length)];
        }

        int count = random.Next(width);
        return random.Next(2) == 0
            ? Enumerable.Range(0, count).Select(_ => Value(random, depth - 1, width)).ToArray()
            : Enumerable.Range(0, count).Select(i => KeyValuePair.Create(i < Names.Length ? Names[i] : $"n{i}", Value(random, depth - 1, width))).ToArray();
    }

    internal static string Write(object? value, Random random)
    {
        var text = new StringBuilder();
        Write(value, random, text);
        return text.ToString();
    }

    private static void Write(object? value, Random random, StringBuilder text)
    {
        Space(random, text);
        switch (value)
        {
            case object?[] elements:
                text.Append('[');
                for (int i = 0; i < elements.Length; i++)
                {
                    text.Append(i == 0 ? "" : ",");
                    Write(elements[i], random, text);
                }

                Space(random, text);
                text.Append(']');
                break;
            case KeyValuePair<string, object?>[] members:
                KeyValuePair<string, object?>[] shuffled = [.. members];
                random.Shuffle(shuffled);
                text.Append('{');
                for (int i = 0; i < shuffled.Length; i++)
                {
                    text.Append(i == 0 ? "" : ",");
                    Space(random, text);
                    text.Append('"').Append(shuffled[i].Key).Append('"');
                    Space(random, text);
                    text.Append(':');
                    Write(shuffled[i].Value, random, text);
                }

                Space(random, text);
                text.Append('}');
                break;
            default:
                text.Append((string)value!);
                break;
        }

        Space(random, text);
    }

    private static void Space(Random random, StringBuilder text) => text.Append(random.Next(6) switch { 0 => " ", 1 => "\r\n", 2 => "\t  ", _ => "" });
}

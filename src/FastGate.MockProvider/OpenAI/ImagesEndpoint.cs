using System.Buffers.Binary;
using System.IO.Compression;
using FastGate.MockProvider.Delivery;
using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary><c>POST /v1/images/generations</c>: a PNG of one pixel whose colour depends on the prompt.</summary>
internal static class ImagesEndpoint
{
    internal static readonly IReadOnlySet<string> Fields = new HashSet<string>(StringComparer.Ordinal)
    {
        "prompt", "model", "background", "metadata", "moderation", "n", "output_compression", "output_format", "quality", "response_format", "size", "style", "user",
    };

    internal static Answer Answer(OpenAiCall call)
    {
        RequestFields body = call.Body;
        string prompt = body.RequiredText("prompt");
        int count = body.Whole("n", 1, 10) ?? 1;
        bool link = body.OneOf("response_format", "url", "b64_json") == "url";
        body.OneOf("size", "auto", "256x256", "512x512", "1024x1024", "1536x1024", "1024x1536", "1792x1024", "1024x1792");
        call.PromptTokens = Tokens.Count(prompt);
        return new WholeAnswer(200, "application/json", Json.Bytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("created", call.Created);
            writer.WriteStartArray("data");
            for (int i = 0; i < count; i++)
            {
                writer.WriteStartObject();
                if (link)
                {
                    writer.WriteString("url", $"https://images.example.com/{call.NewId("img-")}.png");
                }
                else
                {
                    writer.WriteBase64String("b64_json", Png($"{prompt}#{i}"));
                }

                writer.WriteString("revised_prompt", prompt);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            UsageJson.WriteResponse(writer, call.PromptTokens, 0);
            writer.WriteEndObject();
        }), []);
    }

    /// <summary>One truecolour pixel (PNG, third edition §5 and §11).</summary>
    private static byte[] Png(string seedText)
    {
        ulong colour = StableRandom.From(seedText).Next();
        byte[] header = [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0];
        using var pixels = new MemoryStream();
        using (var zlib = new ZLibStream(pixels, CompressionLevel.Fastest))
        {
            // Filter type 0, then red, green, blue.
            zlib.Write([0, (byte)colour, (byte)(colour >> 8), (byte)(colour >> 16)]);
        }

        return [0x89, .. "PNG\r\n\x1a\n"u8, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, pixels.ToArray()), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc32(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

    /// <summary>The CRC of PNG, bit by bit: a few dozen bytes need no table.</summary>
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte one in bytes)
        {
            crc ^= one;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return ~crc;
    }
}

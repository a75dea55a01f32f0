using System.Buffers.Binary;
using FastGate.MockProvider.Delivery;
using FastGate.MockProvider.Text;

namespace FastGate.MockProvider.OpenAI;

/// <summary>
/// <c>POST /v1/audio/speech</c>: a chunked binary stream. <c>wav</c> and <c>pcm</c> are true sound (a quiet tone, 20 ms a token); the
/// compressed formats are bytes with the right beginning and no meaning.
/// </summary>
internal static class SpeechEndpoint
{
    private const int SampleRate = 24_000;
    private const int PieceBytes = 4096;

    internal static readonly IReadOnlySet<string> Fields = new HashSet<string>(StringComparer.Ordinal)
    {
        "input", "model", "voice", "instructions", "metadata", "response_format", "speed", "stream_format",
    };

    internal static Answer Answer(OpenAiCall call)
    {
        RequestFields body = call.Body;
        string input = body.RequiredText("input");
        if (input.Length is 0 or > 4096)
        {
            throw OpenAiRejection.Invalid("Invalid 'input': expected a string of 1 to 4096 characters.", "input", input.Length == 0 ? "empty_string" : "string_above_max_length");
        }

        body.RequiredText("voice");
        body.Decimal("speed", 0.25, 4);
        body.OneOf("stream_format", "audio");
        string format = body.OneOf("response_format", "mp3", "opus", "aac", "flac", "wav", "pcm") ?? "mp3";

        call.PromptTokens = Tokens.Count(input);
        byte[] samples = Tone(call.PromptTokens * SampleRate / 50);
        byte[] sound = format switch
        {
            "pcm" => samples,
            "wav" => [.. WavHeader(samples.Length), .. samples],
            "opus" => [.. "OggS"u8, .. samples],
            "flac" => [.. "fLaC"u8, .. samples],
            "aac" => [0xFF, 0xF1, .. samples],
            _ => [0xFF, 0xFB, .. samples],
        };
        string type = format switch
        {
            "pcm" => "audio/pcm",
            "wav" => "audio/wav",
            "opus" => "audio/opus",
            "flac" => "audio/flac",
            "aac" => "audio/aac",
            _ => "audio/mpeg",
        };
        return new StreamedAnswer(type, [.. sound.Chunk(PieceBytes).Select(piece => new StreamPiece(PieceKind.Content, piece))], []);
    }

    /// <summary>16-bit little-endian mono.</summary>
    private static byte[] Tone(int samples)
    {
        byte[] bytes = new byte[samples * 2];
        for (int i = 0; i < samples; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(i * 2), (short)(1000 * Math.Sin(2 * Math.PI * 440 * i / SampleRate)));
        }

        return bytes;
    }

    private static byte[] WavHeader(int dataBytes)
    {
        byte[] header = new byte[44];
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), 36 + dataBytes);
        "WAVEfmt "u8.CopyTo(header.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), SampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(28), SampleRate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(34), 16);
        "data"u8.CopyTo(header.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(40), dataBytes);
        return header;
    }
}

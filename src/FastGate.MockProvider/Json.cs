using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FastGate.MockProvider;

/// <summary>JSON as model providers write it: not indented, and letters beyond ASCII as UTF-8 (emoji stay escaped, so readers meet both forms).</summary>
internal static class Json
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            write(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }
}

using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Transport.Tests.Harness;

/// <summary>What tests do with the two ends of a connection.</summary>
internal static class Ends
{
    internal static Task SendAsync(this Socket socket, string text) => socket.SendAsync(Encoding.Latin1.GetBytes(text).AsMemory()).AsTask().Soon();

    /// <summary>As many octets as asked for, or fewer at the end.</summary>
    internal static async Task<byte[]> TakeAsync(this Socket socket, int count)
    {
        byte[] octets = new byte[count];
        int done = 0;
        while (done < count)
        {
            int read = await socket.ReceiveAsync(octets.AsMemory(done)).AsTask().Soon();
            if (read == 0)
            {
                break;
            }

            done += read;
        }

        return octets[..done];
    }

    /// <summary>RST.</summary>
    internal static void Reset(this Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    /// <summary>As many octets as asked for, taken off the connection.</summary>
    internal static async Task<byte[]> TakeAsync(this ConnectionContext connection, int count)
    {
        ReadResult result = await connection.Transport.Input.ReadAtLeastAsync(count).Soon();
        ReadOnlySequence<byte> part = result.Buffer.Slice(0, Math.Min(count, result.Buffer.Length));
        byte[] octets = part.ToArray();
        connection.Transport.Input.AdvanceTo(part.End);
        return octets;
    }

    internal static async Task<string> TakeTextAsync(this ConnectionContext connection, int count) => Encoding.Latin1.GetString(await connection.TakeAsync(count));

    internal static Task<FlushResult> SendAsync(this ConnectionContext connection, string text) =>
        connection.Transport.Output.WriteAsync(Encoding.Latin1.GetBytes(text)).Soon();

    /// <summary>Octets that tell where they belong.</summary>
    internal static byte[] Pattern(int count, int seed = 1)
    {
        byte[] octets = new byte[count];
        new Random(seed).NextBytes(octets);
        return octets;
    }
}

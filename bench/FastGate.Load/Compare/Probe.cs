using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using FastGate.Load.Http;
using FastGate.Load.Measuring;

namespace FastGate.Load.Compare;

/// <summary>Asks an address until it answers.</summary>
internal static class Probe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A port of the loopback address that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Returns when <paramref name="message"/> is answered with 200.</summary>
    /// <exception cref="LoadException">The process ended, or did not answer in time.</exception>
    public static void UntilAnswered(int port, bool tls, ReadOnlySpan<byte> message, ChildProcess process, string name)
    {
        long deadline = Clock.Now + (Patience.Ticks * 100);
        string last = "it does not listen";
        while (Clock.Now < deadline && !process.HasExited)
        {
            if (TryAsk(port, tls, message, ref last))
            {
                return;
            }

            Clock.SleepUntil(Clock.Now + (Clock.Millisecond / 5));
        }

        throw new LoadException(process.HasExited
            ? $"{name} ended: {process.Output}"
            : $"{name} did not answer: {last}. {process.Output}");
    }

    private static bool TryAsk(int port, bool tls, ReadOnlySpan<byte> message, ref string last)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.ReceiveTimeout = socket.SendTimeout = 2000;
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            using Stream stream = Wrap(socket, tls);
            stream.Write(message);
            var parser = new ResponseParser();
            Span<byte> buffer = stackalloc byte[8192];
            Progress progress = Progress.NeedMore;
            while (progress == Progress.NeedMore)
            {
                int read = stream.Read(buffer);
                if (read == 0)
                {
                    last = "it closed without an answer";
                    return false;
                }

                progress = parser.Feed(buffer[..read], null, Clock.Now);
            }

            last = $"status {parser.Status}";
            return progress == Progress.Complete && parser.Status == 200;
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException)
        {
            last = e.Message;
            return false;
        }
    }

    private static Stream Wrap(Socket socket, bool tls)
    {
        var plain = new NetworkStream(socket, ownsSocket: false);
        if (!tls)
        {
            return plain;
        }

        var stream = new SslStream(plain);
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = "127.0.0.1",
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        });
        return stream;
    }
}

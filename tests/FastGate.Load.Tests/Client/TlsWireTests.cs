using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastGate.Load.Client;
using FastGate.Load.CommandLine;
using FastGate.Load.Reporting;

namespace FastGate.Load.Tests.Client;

public sealed class TlsWireTests
{
    [Fact]
    public async Task Https_works_when_any_certificate_will_do_and_only_then()
    {
        using X509Certificate2 certificate = SelfSigned();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync(listener, certificate);
        string url = $"https://{listener.LocalEndpoint}";

        RunReport report = await Task.Run(() =>
            new LoadRun(RunCommand.Parse(["--target", url, "--insecure", .. "--rate 100 --connections 2 --duration 100ms --warmup 0".Split(' ')])).Run());
        Assert.Equal(10, report.Tally.Succeeded);

        await Assert.ThrowsAsync<LoadException>(() => Task.Run(() =>
            new LoadRun(RunCommand.Parse(["--target", url, .. "--rate 100 --connections 1 --duration 100ms".Split(' ')])).Run()));
        listener.Stop();
        await serving;
    }

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await listener.AcceptTcpClientAsync(), certificate);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private static async Task AnswerAsync(TcpClient client, X509Certificate2 certificate)
    {
        try
        {
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(certificate);
            byte[] buffer = new byte[8192];
            while (await tls.ReadAsync(buffer) > 0)
            {
                await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException)
        {
            // The client did not trust the certificate, or has left.
        }
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));

        // The key of a certificate fresh from a request is not always accepted by the TLS stack; a reloaded one is.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}

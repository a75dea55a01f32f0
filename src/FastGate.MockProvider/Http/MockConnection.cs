using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using FastGate.MockProvider.Behaviours;
using FastGate.MockProvider.Calls;
using FastGate.MockProvider.Delivery;

namespace FastGate.MockProvider.Http;

/// <summary>
/// One client connection, one request after another. Input is read ahead all the time, also while an answer is being sent or withheld:
/// that is how the end of the connection is noticed at once.
/// </summary>
internal sealed class MockConnection(long number, Socket socket, MockServer server)
{
    private readonly CancellationTokenSource _stopReading = new();
    private AfterExchange _end = AfterExchange.Close;

    /// <summary>
    /// Serves until the client is done with the connection, a behaviour ends it, or <paramref name="stopping"/>.
    /// 1. TLS, if there is any. 2. Read ahead. 3. Exchanges. 4. End as the last one demands: FIN or RST.
    /// </summary>
    internal async Task RunAsync(CancellationToken stopping)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        // A client that keeps the connection for later may not hear of its end for minutes: stopping does not wait for it.
        CancellationTokenRegistration stop = stopping.Register(static source => ((CancellationTokenSource)source!).Cancel(), _stopReading);
        try
        {
            // 1.
            Stream stream = await OpenAsync(gone.Token);
            await using (stream)
            {
                // 2.
                var input = new Pipe(new PipeOptions(useSynchronizationContext: false));
                Task reading = ReadAheadAsync(stream, input.Writer, gone);
                try
                {
                    // 3.
                    await ServeAsync(stream, input.Reader, gone.Token, stopping);
                }
                finally
                {
                    // 4. With no read under way closing sends what is asked for, not what a cancelled read makes of it.
                    await input.Reader.CompleteAsync();
                    await _stopReading.CancelAsync();
                    await reading;
                    Close();
                }
            }
        }
        catch (Exception exception) when (IsEndOfConnection(exception))
        {
            // The other side is gone or the server stops: nothing is left to be said on this connection.
        }
        finally
        {
            socket.Dispose();

            // First: the server may be stopping at this moment, and must not find the source gone.
            await stop.DisposeAsync();
            _stopReading.Dispose();
        }
    }

    private async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        socket.NoDelay = true;
        var stream = new NetworkStream(socket, ownsSocket: false);
        if (server.Options.Certificate is not { } certificate)
        {
            return stream;
        }

        var secure = new SslStream(stream, leaveInnerStreamOpen: false);
        var options = new SslServerAuthenticationOptions { ServerCertificate = certificate, ApplicationProtocols = [SslApplicationProtocol.Http11] };
        await secure.AuthenticateAsServerAsync(options, cancellationToken);
        return secure;
    }

    private async Task ReadAheadAsync(Stream stream, PipeWriter input, CancellationTokenSource gone)
    {
        try
        {
            while (true)
            {
                int read = await stream.ReadAsync(input.GetMemory(16 * 1024), _stopReading.Token);
                if (read == 0)
                {
                    break;
                }

                input.Advance(read);
                if ((await input.FlushAsync(CancellationToken.None)).IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (IsEndOfConnection(exception))
        {
            // As good as an orderly end.
        }
        finally
        {
            await input.CompleteAsync();
        }

        await gone.CancelAsync();
    }

    private async Task ServeAsync(Stream stream, PipeReader input, CancellationToken gone, CancellationToken stopping)
    {
        var reader = new RequestReader(input, stream, server.Options.MaxBodyBytes);
        while (await reader.ReadAsync() is { } received)
        {
            if (received.Request is null)
            {
                await new ResponseWriter(stream, server.Options.TimeProvider, null, close: true, headOnly: false, gone)
                    .SendAsync(new ResponseHead(received.FailureStatus, "text/plain", received.Failure.Length, []), System.Text.Encoding.ASCII.GetBytes(received.Failure));
                break;
            }

            _end = ControlPaths.Owns(received.Request)
                ? await ControlAsync(stream, received, gone)
                : await ExchangeAsync(stream, received, gone, stopping);
            if (_end != AfterExchange.KeepAlive)
            {
                return;
            }

            if (!received.KeepAlive)
            {
                break;
            }
        }

        _end = AfterExchange.Close;
        if (stream is SslStream secure && !gone.IsCancellationRequested)
        {
            await secure.ShutdownAsync();
        }
    }

    private async Task<AfterExchange> ControlAsync(Stream stream, Received received, CancellationToken gone)
    {
        WholeAnswer answer = await ControlPaths.AnswerAsync(received.Request!, server, gone);
        var writer = new ResponseWriter(stream, server.Options.TimeProvider, null, !received.KeepAlive, received.Request!.Method == "HEAD", gone);
        await writer.SendAsync(new ResponseHead(answer.Status, answer.ContentType, answer.Body.Length, []), answer.Body);
        return AfterExchange.KeepAlive;
    }

    private async Task<AfterExchange> ExchangeAsync(Stream stream, Received received, CancellationToken gone, CancellationToken stopping)
    {
        MockRequest request = received.Request!;
        CallEntry call = server.Calls.Begin(request, number);
        bool whole = false;
        try
        {
            var writer = new ResponseWriter(stream, server.Options.TimeProvider, call, !received.KeepAlive, request.Method == "HEAD", gone);
            AfterExchange after = await AnswerAsync(writer, received, request, call);
            whole = true;
            return after;
        }
        finally
        {
            call.Ends(aborted: !whole && !stopping.IsCancellationRequested);
        }
    }

    private async Task<AfterExchange> AnswerAsync(ResponseWriter writer, Received received, MockRequest request, CallEntry call)
    {
        IDialect dialect = server.DialectFor(request);
        if (received.FailureStatus != 0)
        {
            return await AnswerSender.SendAsync(writer, dialect.HttpError(received.FailureStatus, received.Failure), new Pace());
        }

        Reply reply = dialect.Handle(request, call);
        switch (reply.Outcome)
        {
            case Outcome.Reset:
                await writer.DelayAsync(reply.Pace.BeforeHead);
                return AfterExchange.Reset;
            case Outcome.Silent:
                await writer.HangAsync();
                return AfterExchange.Close;
            default:
                return await AnswerSender.SendAsync(writer, reply.Answer!, reply.Pace);
        }
    }

    private void Close()
    {
        if (_end == AfterExchange.Reset)
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        else if (socket.Connected)
        {
            try
            {
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // Reset by the other side in the meantime.
            }
        }

        socket.Close();
    }

    private static bool IsEndOfConnection(Exception exception) =>
        exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException or AuthenticationException;
}

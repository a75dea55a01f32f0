using System.Buffers;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Protocol.Http;
using FastGate.Proxy.Catalog;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Connections;

/// <content>What the gateway answers itself: errors, and its own endpoints.</content>
internal sealed partial class Exchange
{
    // The status nginx introduced for a client that left; only counted, never sent.
    private const int ClientClosedRequest = 499;

    private static readonly byte[] HealthBody = "{\"status\":\"ok\"}"u8.ToArray();

    private async ValueTask<bool> ContinueAsync()
    {
        _output.Writer.Write("HTTP/1.1 100 Continue\r\n\r\n"u8);
        return await _output.FlushAsync(_context.ClientPatience).ConfigureAwait(false);
    }

    // A request that could not be read. Where it ends is not known, or not worth waiting for: the connection ends with the answer.
    private ValueTask<bool> RefuseAsync(ReadOutcome outcome)
    {
        bool headRead = outcome is not ReadOutcome.InvalidHead && Head.Length > 0;
        if (!headRead)
        {
            _context.Begin(default, _signal.Now);
            _context.ClientPatience = _snapshot.Limits.IdleTimeout;
        }

        GatewayError error = outcome switch
        {
            ReadOutcome.InvalidHead => GatewayError.MalformedHttp(Head.Error.StatusCode(), Head.Error.Describe()),
            ReadOutcome.InvalidBody => GatewayError.MalformedHttp(400, _reader.BodyError.Describe()),
            ReadOutcome.TooLarge => GatewayError.TooLarge(_snapshot.Limits.MaxBody),
            _ => GatewayError.RequestTimeout(headRead ? "body" : "head"),
        };
        _context.Close = true;
        return RespondAsync(error);
    }

    private async ValueTask<bool> RespondAsync(GatewayError error, ReadOnlyMemory<byte> extraLines = default, ReadOnlyMemory<byte> attempts = default)
    {
        // A body that is still on its way is not waited for.
        bool unread = !_context.Close && !_reader.IsRead;
        _context.Close |= unread;
        NoteOrigin(final: false);
        ErrorWriter.Write(_output.Writer, error, extraLines.Span, _context.Mark, withBody: Head.Verb != HttpVerb.Head, attempts.Span, _context.Tap);
        return await SendAsync(error.Status).ConfigureAwait(false);
    }

    private async ValueTask<bool> AnswerAsync()
    {
        ReadOnlyMemory<byte> body;
        switch (_context.Endpoint.Kind)
        {
            case EndpointKind.Health:
                body = HealthBody;
                break;
            case EndpointKind.ModelList:
                await WaitAsync(_plane.Catalog.RefreshIfUnlistedAsync()).ConfigureAwait(false);
                body = ModelDocument.List(_snapshot, _plane.Catalog.View);
                break;
            default:
                await WaitAsync(_plane.Catalog.RefreshIfUnlistedAsync()).ConfigureAwait(false);
                string name = ModelDocument.NameIn(Head[Head.Path][_context.Endpoint.PathUtf8.Length..]);
                if (ModelDocument.Single(_snapshot, _plane.Catalog.View, name) is not { } single)
                {
                    return await RespondAsync(Planning.DestinationFinder.NotFound(_snapshot, _plane.Catalog.View, System.Text.Encoding.UTF8.GetBytes(name))).ConfigureAwait(false);
                }

                body = single;
                break;
        }

        ResponseHeadWriter.WriteOwn(_output.Writer, 200, "application/json"u8, default, _context.Mark, body.Length);
        if (Head.Verb != HttpVerb.Head)
        {
            _output.Writer.Write(body.Span);
        }

        return await SendAsync(200).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<bool> SendAsync(int status)
    {
        Count(status);
        if (!await _output.FlushAsync(_context.ClientPatience).ConfigureAwait(false))
        {
            return false;
        }

        _signal.Work.End();
        if (!_reader.IsRead)
        {
            // A body is usually too large by less than as much again; a client that has got rid of it reads the answer.
            await _reader.LingerAsync(ClientConnection.Linger, (2L * _snapshot.Limits.MaxBody) + _snapshot.Limits.MaxHead).ConfigureAwait(false);
        }

        return !_context.Close;
    }

    // A client is answered once, even if the request goes on.
    private void Count(int status)
    {
        if (_letGo)
        {
            return;
        }

        _counted = true;
        Meters.Statuses.Count(status);
    }
}

using FastGate.MockProvider.Calls;
using FastGate.MockProvider.Delivery;

namespace FastGate.MockProvider.Http;

/// <summary>
/// The provider's own paths, which no real provider has: <c>GET /mock/log</c>, <c>GET /mock/idle</c> and <c>POST /mock/reset</c>. They are not
/// logged and need no key.
/// </summary>
internal static class ControlPaths
{
    internal static bool Owns(MockRequest request) => request.Path.StartsWith("/mock/", StringComparison.Ordinal);

    /// <param name="request">One that it <see cref="Owns"/>.</param>
    /// <param name="server">Whose calls are asked about.</param>
    /// <param name="gone">Ends the wait of <c>/mock/idle</c>, which answers when no call is under way any more.</param>
    internal static async Task<WholeAnswer> AnswerAsync(MockRequest request, MockServer server, CancellationToken gone)
    {
        switch (request.Path, request.Method)
        {
            case ("/mock/log", "GET"):
                return Of(200, LogJson.Write(server.Log));
            case ("/mock/idle", "GET"):
                IReadOnlyList<MockCall> calls = await server.WaitForLogAsync(static log => log.All(call => call.Done), gone);
                return Of(200, LogJson.WriteSums(calls, server.ConnectionsOpen));
            case ("/mock/reset", "POST"):
                server.Reset();
                return Of(200, "{\"reset\":true}"u8);
            case ("/mock/log" or "/mock/idle" or "/mock/reset", _):
                return Of(405, Paths);
            default:
                return Of(404, Paths);
        }
    }

    private static ReadOnlySpan<byte> Paths => "{\"error\":\"GET /mock/log, GET /mock/idle, POST /mock/reset\"}"u8;

    private static WholeAnswer Of(int status, ReadOnlySpan<byte> body) => new(status, "application/json", body.ToArray(), []);
}

using FastGate.MockProvider.Calls;
using FastGate.MockProvider.Delivery;

namespace FastGate.MockProvider.Http;

/// <summary>The provider's own paths, which no real provider has: <c>GET /mock/log</c> and <c>POST /mock/reset</c>. They are not logged and need no key.</summary>
internal static class ControlPaths
{
    internal static bool Owns(MockRequest request) => request.Path.StartsWith("/mock/", StringComparison.Ordinal);

    internal static WholeAnswer Answer(MockRequest request, MockServer server)
    {
        switch (request.Path, request.Method)
        {
            case ("/mock/log", "GET"):
                return Of(200, LogJson.Write(server.Log));
            case ("/mock/reset", "POST"):
                server.Reset();
                return Of(200, "{\"reset\":true}"u8);
            case ("/mock/log" or "/mock/reset", _):
                return Of(405, "{\"error\":\"GET /mock/log, POST /mock/reset\"}"u8);
            default:
                return Of(404, "{\"error\":\"GET /mock/log, POST /mock/reset\"}"u8);
        }
    }

    private static WholeAnswer Of(int status, ReadOnlySpan<byte> body) => new(status, "application/json", body.ToArray(), []);
}

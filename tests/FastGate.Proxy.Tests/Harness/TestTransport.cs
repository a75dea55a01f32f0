using FastGate.Proxy.Transports;

namespace FastGate.Proxy.Tests.Harness;

/// <summary>
/// The transport that the tests run on: the system's default, or what FASTGATE_TEST_TRANSPORT says (<c>epoll</c> or <c>sockets</c>). Every test must
/// pass on both.
/// </summary>
internal static class TestTransport
{
    internal static TransportSettings Settings { get; } =
        new(Environment.GetEnvironmentVariable("FASTGATE_TEST_TRANSPORT") is { Length: > 0 } kind ? Enum.Parse<TransportKind>(kind, ignoreCase: true) : TransportKind.Auto);
}

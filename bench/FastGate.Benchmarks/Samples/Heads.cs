using System.Text;

namespace FastGate.Benchmarks.Samples;

/// <summary>Message heads as the usual programs send them.</summary>
internal static class Heads
{
    private const string Key = "authorization: Bearer sk-client-0000000000000000\r\n";

    /// <summary>What curl sends: 6 fields.</summary>
    public static byte[] Curl(int contentLength) => Ascii(
        "POST /v1/chat/completions HTTP/1.1\r\n" +
        "Host: 127.0.0.1:8080\r\n" +
        "User-Agent: curl/7.88.1\r\n" +
        "Accept: */*\r\n" +
        Key +
        "Content-Type: application/json\r\n" +
        $"Content-Length: {contentLength}\r\n\r\n");

    /// <summary>What the official Python library sends: 14 fields.</summary>
    public static byte[] OpenAiLibrary(int contentLength) => Ascii(
        "POST /v1/chat/completions HTTP/1.1\r\n" +
        "Host: gateway.internal:8080\r\n" +
        "Accept-Encoding: gzip, deflate\r\n" +
        "Connection: keep-alive\r\n" +
        "Accept: application/json\r\n" +
        "Content-Type: application/json\r\n" +
        "User-Agent: OpenAI/Python 1.99.9\r\n" +
        "X-Stainless-Lang: python\r\n" +
        "X-Stainless-Package-Version: 1.99.9\r\n" +
        "X-Stainless-OS: Linux\r\n" +
        "X-Stainless-Arch: x64\r\n" +
        "X-Stainless-Runtime: CPython\r\n" +
        "X-Stainless-Runtime-Version: 3.12.7\r\n" +
        Key +
        $"Content-Length: {contentLength}\r\n\r\n");

    /// <summary>What a provider behind a content network answers: 16 fields.</summary>
    /// <param name="contentType">The media type.</param>
    /// <param name="contentLength">Octets of the body; negative: chunked.</param>
    public static byte[] Provider(string contentType, int contentLength) => Ascii(
        "HTTP/1.1 200 OK\r\n" +
        "Date: Sat, 21 Nov 2026 08:00:00 GMT\r\n" +
        $"Content-Type: {contentType}\r\n" +
        (contentLength < 0 ? "Transfer-Encoding: chunked\r\n" : $"Content-Length: {contentLength}\r\n") +
        "Connection: keep-alive\r\n" +
        "openai-organization: an-organization\r\n" +
        "openai-processing-ms: 412\r\n" +
        "openai-version: 2020-10-01\r\n" +
        "x-ratelimit-limit-requests: 10000\r\n" +
        "x-ratelimit-limit-tokens: 2000000\r\n" +
        "x-ratelimit-remaining-requests: 9999\r\n" +
        "x-ratelimit-remaining-tokens: 1999853\r\n" +
        "x-ratelimit-reset-requests: 6ms\r\n" +
        "x-request-id: req_0123456789abcdef0123456789abcdef\r\n" +
        "strict-transport-security: max-age=31536000; includeSubDomains; preload\r\n" +
        "cf-cache-status: DYNAMIC\r\n" +
        "Server: cloudflare\r\n\r\n");

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}

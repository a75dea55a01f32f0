using System.Buffers;
using System.Text;
using FastGate.Protocol.Multipart;
using FastGate.Protocol.Tests.Json;

namespace FastGate.Protocol.Tests.Multipart.Fuzz;

public sealed class MultipartSplitTests
{
    private static readonly string[] Pieces =
    [
        "--b", "--b\r\n", "--b--", "\r\n--b\r\n", "\r\n--b--", "\r\n", "\r", "\n", "-", "--", " ", "Content-Disposition: form-data; name=model\r\n\r\n",
        "Content-Disposition: form-data; name=\"stream\"\r\n\r\n", "Content-Disposition: form-data; name=file; filename=f\r\n", "Content-Type: x/y\r\n",
        "\r\n\r\n", "gpt", "true", "\0\u00ff",
    ];

    [Theory]
    [InlineData(20261121)]
    [InlineData(5)]
    public void Verdict_and_facts_do_not_depend_on_where_the_body_is_cut(int seed)
    {
        var random = new Random(seed);
        int good = 0;
        for (int round = 0; round < 40_000; round++)
        {
            byte[] body = Compose(random);
            MultipartError expectedError = Scan(new ReadOnlySequence<byte>(body), out MultipartFacts expected);
            MultipartError error = Scan(Segments.CutAtRandom(body, random), out MultipartFacts facts);
            string what = $"seed {seed}, round {round}: {Uri.EscapeDataString(Encoding.Latin1.GetString(body))}";
            Assert.True(expectedError == error, what);
            if (error == MultipartError.None)
            {
                Assert.True(expected.Equals(facts), what);
                Assert.True(!facts.HasModel || body.AsSpan((int)facts.ModelOffset, facts.ModelLength).IndexOf("\r\n--b"u8) < 0, what);
                good++;
            }
        }

        Assert.True(good > 1000, $"only {good} of the bodies were valid");
    }

    /// <summary>Mostly a body as it should be, with pieces thrown in.</summary>
    private static byte[] Compose(Random random)
    {
        var text = new StringBuilder("--b\r\n");
        int parts = random.Next(0, 4);
        for (int i = 0; i < parts; i++)
        {
            text.Append(Pieces[random.Next(11, 14)]);
            text.Append(random.Next(8) == 0 ? Pieces[random.Next(Pieces.Length)] : "");
            text.Append(Pieces[random.Next(16, Pieces.Length)]);
            text.Append(random.Next(8) == 0 ? Pieces[random.Next(Pieces.Length)] : i == parts - 1 ? "\r\n--b--" : "\r\n--b\r\n");
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static MultipartError Scan(in ReadOnlySequence<byte> body, out MultipartFacts facts) =>
        MultipartScanner.Scan("multipart/form-data; boundary=b"u8, body, out facts);
}

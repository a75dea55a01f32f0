using FastGate.Protocol.Http;

namespace FastGate.Protocol.Tests.Http;

public class BodyDecoderTests
{
    [Theory]
    [InlineData("0\r\n\r\n", "Done [] []")]
    [InlineData("0\r\n\r\nGET /", "Done [] [GET /]")]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", "Done [hello] []")]
    [InlineData("5\r\nhello\r\n00c\r\n wonderful w\r\n4\r\norld\r\n000000000000000\r\n\r\nrest", "Done [hello wonderful world] [rest]")]
    [InlineData("a\r\n\r\n0\r\n\r\n\r\n\n\r\n0\r\n\r\n", "Done [\r\n0\r\n\r\n\r\n\n] []")]
    [InlineData("A\r\n0123456789\r\n0;x\r\n\r\n", "Done [0123456789] []")]
    [InlineData("2;a=b; c=\"d;\te\u00e4\"\r\nhi\r\n0;\r\n\r\n", "Done [hi] []")]
    [InlineData("1\r\nx\r\n0\r\nDigest: abc\r\nContent-Length: 5\r\nHost:\r\nX-Y:\t\u00ff\r\n\r\nz", "Done [x] [z]")]
    [InlineData("", "Truncated []")]
    [InlineData("5", "Truncated []")]
    [InlineData("5\r\nhel", "Truncated [hel]")]
    [InlineData("5\r\nhello", "Truncated [hello]")]
    [InlineData("5\r\nhello\r\n", "Truncated [hello]")]
    [InlineData("5\r\nhello\r\n0\r\n", "Truncated [hello]")]
    [InlineData("5\r\nhello\r\n0\r\n\r", "Truncated [hello]")]
    [InlineData("5\r\nhello\r\n0\r\nA: b\r\n", "Truncated [hello]")]
    public void Chunks_are_taken_apart_however_they_arrive(string text, string expected) => Assert.Equal(expected, BodyRuns.Decode(text));

    [Theory]
    [InlineData("\r\n", BodyError.BadChunkSize, "")]
    [InlineData("g\r\n", BodyError.BadChunkSize, "")]
    [InlineData("5g\r\nhello\r\n", BodyError.BadChunkSize, "")]
    [InlineData("5garbage\r\nhello\r\n", BodyError.BadChunkSize, "")]
    [InlineData("-5\r\nhello\r\n", BodyError.BadChunkSize, "")]
    [InlineData("+5\r\nhello\r\n", BodyError.BadChunkSize, "")]
    [InlineData("0x5\r\nhello\r\n", BodyError.BadChunkSize, "")]
    [InlineData(" 5\r\nhello\r\n", BodyError.BadChunkSize, "")]
    [InlineData("5 \r\nhello\r\n", BodyError.BadChunkSize, "")]
    [InlineData("5 ;a\r\nhello\r\n", BodyError.BadChunkSize, "")]
    [InlineData(";a\r\nhello\r\n", BodyError.BadChunkSize, "")]
    [InlineData("5\nhello\r\n", BodyError.BadChunkSize, "")]
    [InlineData("5\rhello\r\n", BodyError.BadChunkSize, "")]
    [InlineData("5\r\r\nhello\r\n", BodyError.BadChunkSize, "")]
    [InlineData("0000000000000005\r\nhello\r\n", BodyError.BadChunkSize, "")]
    [InlineData("fffffffffffffffff\r\nhello\r\n", BodyError.BadChunkSize, "")]
    [InlineData("5;a\nhello\r\n", BodyError.BadChunkExtension, "")]
    [InlineData("5;a\rb\r\nhello\r\n", BodyError.BadChunkExtension, "")]
    [InlineData("5;\r\r\nhello\r\n", BodyError.BadChunkExtension, "")]
    [InlineData("5;a\0\r\nhello\r\n", BodyError.BadChunkExtension, "")]
    [InlineData("5;\u007f\r\nhello\r\n", BodyError.BadChunkExtension, "")]
    [InlineData("5\r\nhelloo\r\n", BodyError.MissingChunkEnd, "hello")]
    [InlineData("5\r\nhello\n0\r\n\r\n", BodyError.MissingChunkEnd, "hello")]
    [InlineData("5\r\nhello\r0\r\n\r\n", BodyError.MissingChunkEnd, "hello")]
    [InlineData("5\r\nhello0\r\n\r\n", BodyError.MissingChunkEnd, "hello")]
    [InlineData("5\r\nhello\r\n\r\n", BodyError.BadChunkSize, "hello")]
    [InlineData("0\r\n\n", BodyError.BadTrailer, "")]
    [InlineData("0\r\n\rX", BodyError.BadTrailer, "")]
    [InlineData("0\r\nA\r\n\r\n", BodyError.BadTrailer, "")]
    [InlineData("0\r\n: a\r\n\r\n", BodyError.BadTrailer, "")]
    [InlineData("0\r\nA : b\r\n\r\n", BodyError.BadTrailer, "")]
    [InlineData("0\r\n A: b\r\n\r\n", BodyError.BadTrailer, "")]
    [InlineData("0\r\nA: b\r\n c\r\n\r\n", BodyError.BadTrailer, "")]
    [InlineData("0\r\nA: b\n\r\n", BodyError.BadTrailer, "")]
    [InlineData("0\r\nA: b\rc\r\n\r\n", BodyError.BadTrailer, "")]
    [InlineData("0\r\nA: \0\r\n\r\n", BodyError.BadTrailer, "")]
    public void Broken_chunks_are_refused(string text, BodyError error, string body) => Assert.Equal($"{error} [{body}]", BodyRuns.Decode(text));

    [Theory]
    [InlineData(BodyFraming.None, -1, "next", "Done [] [next]")]
    [InlineData(BodyFraming.None, 10, "next", "Done [] [next]")]
    [InlineData(BodyFraming.ContentLength, 0, "next", "Done [] [next]")]
    [InlineData(BodyFraming.ContentLength, 5, "hello", "Done [hello] []")]
    [InlineData(BodyFraming.ContentLength, 5, "hellonext", "Done [hello] [next]")]
    [InlineData(BodyFraming.ContentLength, 6, "hello", "Truncated [hello]")]
    [InlineData(BodyFraming.ContentLength, long.MaxValue, "hello", "Truncated [hello]")]
    [InlineData(BodyFraming.UntilClose, -1, "hello", "Complete [hello]")]
    [InlineData(BodyFraming.UntilClose, -1, "", "Complete []")]
    public void Other_framings_need_no_decoding(BodyFraming framing, long length, string text, string expected)
        => Assert.Equal(expected, BodyRuns.Decode(text, framing, length));

    [Fact]
    public void Body_of_known_length_is_done_with_its_last_octet()
    {
        var decoder = BodyDecoder.For(BodyFraming.ContentLength, 2);
        System.Buffers.ReadOnlySequence<byte> buffer = Sequences.Single("abc");
        Assert.Equal(BodyStatus.Data, decoder.Next(ref buffer, out _));
        Assert.True(decoder.IsDone);
        Assert.Equal(1, buffer.Length);
    }

    [Fact]
    public void Extensions_and_trailers_are_bounded()
    {
        static string Chunk(int extension) => $"1;{new string('x', extension - 1)}\r\na\r\n0\r\n\r\n";
        Assert.Equal("Done [a] []", Once(Chunk(BodyDecoder.MaxExtensionBytes)));
        Assert.Equal("ChunkExtensionTooLong []", Once(Chunk(BodyDecoder.MaxExtensionBytes + 1)));

        // The trailers count with their line ends: "A: " and CRLF are five octets of each line.
        static string Trailers(int total) => $"0\r\nB: {new string('y', 95)}\r\nA: {new string('x', total - 105)}\r\n\r\n";
        Assert.Equal("Done [] []", Once(Trailers(BodyDecoder.MaxTrailerBytes)));
        Assert.Equal("TrailersTooLarge []", Once(Trailers(BodyDecoder.MaxTrailerBytes + 1)));
        Assert.Equal("TrailersTooLarge []", Once($"0\r\n{new string('n', BodyDecoder.MaxTrailerBytes)}: x\r\n\r\n"));
        Assert.Equal("TrailersTooLarge []", Once($"0\r\n{string.Concat(Enumerable.Repeat("a:\r\n", 2049))}\r\n"));
        Assert.Equal("Done [] []", Once($"0\r\n{string.Concat(Enumerable.Repeat("a:\r\n", 2048))}\r\n"));

        static string Once(string text)
        {
            byte[] octets = Sequences.Latin1(text);
            string whole = BodyRuns.Run(octets, BodyFraming.Chunked, -1, [octets.Length], int.MaxValue);
            Assert.Equal(whole, BodyRuns.Run(octets, BodyFraming.Chunked, -1, Enumerable.Range(0, octets.Length + 1), int.MaxValue));
            return whole;
        }
    }
}

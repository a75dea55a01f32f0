using System.Buffers;
using System.Text;
using FastGate.Protocol.Multipart;
using FastGate.Protocol.Tests.Json;

namespace FastGate.Protocol.Tests.Multipart;

public sealed class MultipartScannerTests
{
    private const string ContentType = "multipart/form-data; boundary=xyz";

    private const string Transcription =
        "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\n\r\n--xy\r\n-\0\u00ff\r\n"
        + "--xyz\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n"
        + "--xyz \t\r\nContent-Disposition: form-data; name=stream\r\n\r\nTrue\r\n--xyz--\r\nepilogue";

    [Theory]
    [InlineData("multipart/form-data; boundary=abc", "abc")]
    [InlineData("Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b:c\"", "a b:c")]
    [InlineData("multipart/form-data; boundary=----WebKitFormBoundaryAaB03x;", "----WebKitFormBoundaryAaB03x")]
    public void Boundary_is_read(string contentType, string expected)
    {
        Assert.Equal(MultipartError.None, MultipartScanner.TryGetBoundary(Encoding.ASCII.GetBytes(contentType), out ReadOnlySpan<byte> boundary));
        Assert.Equal(expected, Encoding.ASCII.GetString(boundary));
    }

    [Theory]
    [InlineData("application/json", MultipartError.NotMultipart)]
    [InlineData("multipart/mixed; boundary=a", MultipartError.NotMultipart)]
    [InlineData("multipart/form-data", MultipartError.BadBoundary)]
    [InlineData("multipart/form-data; boundary=", MultipartError.BadBoundary)]
    [InlineData("multipart/form-data; boundary=\"\"", MultipartError.BadBoundary)]
    [InlineData("multipart/form-data; boundary=\"a", MultipartError.BadBoundary)]
    [InlineData("multipart/form-data; boundary=\"a \"", MultipartError.BadBoundary)]
    [InlineData("multipart/form-data; boundary=a; boundary=b", MultipartError.BadBoundary)]
    [InlineData("multipart/form-data; boundary=a b", MultipartError.BadBoundary)]
    [InlineData("multipart/form-data; boundary=a\"b", MultipartError.BadBoundary)]
    [InlineData("multipart/form-data; boundary=a@b", MultipartError.BadBoundary)]
    [InlineData("multipart/form-data boundary=a", MultipartError.NotMultipart)]
    [InlineData("multipart/form-data; boundary=01234567890123456789012345678901234567890123456789012345678901234567890", MultipartError.BadBoundary)]
    public void Bad_content_type_is_refused(string contentType, MultipartError expected)
    {
        Assert.Equal(expected, MultipartScanner.TryGetBoundary(Encoding.ASCII.GetBytes(contentType), out _));
    }

    [Fact]
    public void Fields_are_found_whatever_the_split()
    {
        byte[] octets = Encoding.Latin1.GetBytes(Transcription);
        for (int first = 0; first <= octets.Length; first++)
        {
            foreach (int second in new[] { first, Math.Min(first + 1, octets.Length), Math.Min(first + 17, octets.Length) })
            {
                MultipartError error = MultipartScanner.Scan(Encoding.ASCII.GetBytes(ContentType), Segments.Cut(octets, first, second), out MultipartFacts facts);
                Assert.Equal(MultipartError.None, error);
                Assert.True(facts.HasModel);
                Assert.Equal("whisper-1", Encoding.Latin1.GetString(octets, (int)facts.ModelOffset, facts.ModelLength));
                Assert.True(facts.HasStream);
                Assert.True(facts.Stream);
                Assert.Equal("True", Encoding.Latin1.GetString(octets, (int)facts.StreamOffset, facts.StreamLength));
                Assert.Equal(3, facts.Parts);
            }
        }
    }

    [Fact]
    public void Preamble_is_passed_over_and_no_model_is_a_fact()
    {
        Assert.Equal(MultipartError.None, Scan("preamble\r\n--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--xyz--", out MultipartFacts facts));
        Assert.False(facts.HasModel);
        Assert.Equal(1, facts.Parts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--xy\r\n")]
    [InlineData("x--xyz\r\n")]
    [InlineData("--xyzz\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--xyz--")]
    [InlineData("--xyz\r\nContent-Type: text/plain\r\n\r\nb\r\n--xyz--")]
    [InlineData("--xyz\r\nContent-Disposition: attachment; name=a\r\n\r\nb\r\n--xyz--")]
    [InlineData("--xyz\r\nContent-Disposition: form-data\r\n\r\nb\r\n--xyz--")]
    [InlineData("--xyz\r\nContent-Disposition: form-data; name=a; name=model\r\n\r\nb\r\n--xyz--")]
    [InlineData("--xyz\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=model\r\n\r\nb\r\n--xyz--")]
    [InlineData("--xyz\r\nContent-Disposition : form-data; name=model\r\n\r\nb\r\n--xyz--")]
    [InlineData("--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n--xyz\r\nContent-Disposition: form-data; name=model\r\n\r\nb\r\n--xyz--")]
    [InlineData("--xyz\r\nrubbish\r\n\r\nb\r\n--xyz--")]
    public void Broken_body_is_refused(string body)
    {
        Assert.Equal(MultipartError.Malformed, Scan(body, out _));
    }

    [Fact]
    public void Body_cut_anywhere_before_its_close_is_refused()
    {
        int close = Transcription.IndexOf("--xyz--", StringComparison.Ordinal) + 7;
        for (int length = 0; length < close; length++)
        {
            MultipartError error = Scan(Transcription[..length], out _);
            Assert.True(error is MultipartError.Unclosed or MultipartError.Malformed, $"{length}: {error}");
        }

        Assert.Equal(MultipartError.None, Scan(Transcription[..close], out _));
    }

    [Theory]
    [InlineData("name=model", "", MultipartError.EmptyModel)]
    [InlineData("name=\"model\"; filename=\"x\"", "a", MultipartError.WrongType)]
    [InlineData("name=\"stream\"", "maybe", MultipartError.WrongType)]
    [InlineData("name=\"stream\"", "truely", MultipartError.WrongType)]
    [InlineData("name=\"stream\"", "0", MultipartError.None)]
    [InlineData("name=\"Model\"", "", MultipartError.None)]
    public void Values_are_checked(string parameters, string value, MultipartError expected)
    {
        Assert.Equal(expected, Scan($"--xyz\r\nContent-Disposition: form-data; {parameters}\r\n\r\n{value}\r\n--xyz--", out _));
    }

    [Theory]
    [InlineData("name=\"model\"", "name=model")]
    [InlineData("name=\"model\"", "name=\"m\\odel\"")]
    [InlineData("name=\"stream\"", "name=\"stream\"")]
    public void Field_given_twice_is_refused(string first, string second)
    {
        string body = $"--xyz\r\nContent-Disposition: form-data; {first}\r\n\r\n1\r\n--xyz\r\nContent-Disposition: form-data; {second}\r\n\r\n0\r\n--xyz--";
        Assert.Equal(MultipartError.DuplicateField, Scan(body, out _));
    }

    [Fact]
    public void Bounds_hold()
    {
        string header = "--xyz\r\nX: " + new string('x', MultipartScanner.MaxPartHeaderBytes);
        Assert.Equal(MultipartError.HeadersTooLarge, Scan(header + "\r\n\r\nb\r\n--xyz--", out _));
        Assert.Equal(MultipartError.HeadersTooLarge, Scan(header, out _));
        string part = "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n";
        Assert.Equal(MultipartError.TooManyParts, Scan(string.Concat(Enumerable.Repeat(part, 129)) + "--xyz--", out _));
        string model = $"--xyz\r\nContent-Disposition: form-data; name=model\r\n\r\n{new string('m', 257)}\r\n--xyz--";
        Assert.Equal(MultipartError.ModelTooLong, Scan(model, out _));
    }

    [Fact]
    public void Scanning_allocates_nothing()
    {
        byte[] contentType = Encoding.ASCII.GetBytes(ContentType);
        byte[] octets = Encoding.Latin1.GetBytes(Transcription);
        ReadOnlySequence<byte> cut = Segments.Cut(octets, 40, 150, 200);
        var whole = new ReadOnlySequence<byte>(octets);
        int parts = Parts(contentType, whole) + Parts(contentType, cut);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 500; i++)
        {
            parts += Parts(contentType, whole) + Parts(contentType, cut);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(501 * 6, parts);
    }

    private static int Parts(byte[] contentType, in ReadOnlySequence<byte> body) =>
        MultipartScanner.Scan(contentType, body, out MultipartFacts facts) == MultipartError.None ? facts.Parts : 0;

    private static MultipartError Scan(string body, out MultipartFacts facts) =>
        MultipartScanner.Scan(Encoding.ASCII.GetBytes(ContentType), new ReadOnlySequence<byte>(Encoding.Latin1.GetBytes(body)), out facts);
}

using System.Buffers;
using FastGate.Protocol.Http;
using FsCheck;
using FsCheck.Fluent;

namespace FastGate.Protocol.Tests.Http;

/// <summary>What is written must be read back the same, whatever it is and however it arrives.</summary>
public class RoundTripProperties
{
    private const string TokenOctets = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20261121UL, 17UL);

    private static readonly Gen<string> Name = Gen.Elements(TokenOctets.ToCharArray()).NonEmptyListOf().Select(string.Concat).Select(text => "n" + text);

    private static readonly Gen<string> Value = Gen.Choose(0, 255).Where(octet => octet is '\t' or >= ' ' and not 127).Select(octet => (char)octet)
        .ListOf().Select(string.Concat);

    [Fact]
    public void Written_fields_are_read_back()
    {
        Gen<(string Name, string Value)> field = Name.SelectMany(name => Value.Select(value => (name, value)));
        Arbitrary<(IList<(string Name, string Value)> Fields, int Segment)> input =
            field.ListOf().Select(list => (IList<(string, string)>)[.. list.Take(90)])
                .SelectMany(list => Gen.Choose(1, 200).Select(segment => (list, segment))).ToArbitrary();
        Check.One(Fixed, Prop.ForAll(input, sent =>
        {
            var output = new ArrayBufferWriter<byte>();
            var writer = new HeadWriter(output);
            writer.RequestLine("POST"u8, "/v1"u8);
            writer.Header(KnownHeader.Host, "a"u8);
            foreach ((string name, string value) in sent.Fields)
            {
                writer.Header(Sequences.Latin1(name), Sequences.Latin1(value));
            }

            writer.Complete();
            var head = new RequestHead();
            ParseStatus status = RequestParser.TryParse(Sequences.Segmented(output.WrittenSpan, sent.Segment), head, new HeadLimits(int.MaxValue, 100));
            Assert.Equal((ParseStatus.Complete, HeadError.None), (status, head.Error));
            Assert.Equal(output.WrittenCount, head.Length);
            Assert.Equal(sent.Fields.Count + 1, head.HeaderCount);
            for (int i = 0; i < sent.Fields.Count; i++)
            {
                Assert.Equal(sent.Fields[i].Name, Sequences.Latin1(head.NameOf(i + 1)));
                Assert.Equal(sent.Fields[i].Value.Trim(' ', '\t'), Sequences.Latin1(head.ValueOf(i + 1)));
            }

            head.Reset();
        }));
    }

    [Fact]
    public void Written_chunks_are_read_back()
    {
        Gen<byte[][]> pieces = Gen.Choose(0, 255).Select(octet => (byte)octet).ArrayOf().ArrayOf();
        Arbitrary<(byte[][] Pieces, int Read, int Segment)> input = pieces
            .SelectMany(list => Gen.Choose(1, 60).SelectMany(read => Gen.Choose(1, 30).Select(segment => (list, read, segment)))).ToArbitrary();
        Check.One(Fixed, Prop.ForAll(input, sent =>
        {
            var output = new ArrayBufferWriter<byte>();
            foreach (byte[] piece in sent.Pieces)
            {
                ChunkWriter.Write(output, piece);
            }

            output.Write(ChunkWriter.LastChunk);
            output.Write("next"u8);
            byte[] octets = output.WrittenSpan.ToArray();
            IEnumerable<int> reads = Enumerable.Range(1, octets.Length / sent.Read).Select(read => read * sent.Read).Append(octets.Length);
            string body = Sequences.Latin1(sent.Pieces.SelectMany(piece => piece).ToArray());
            string decoded = BodyRuns.Run(octets, BodyFraming.Chunked, -1, reads, sent.Segment);

            // What was read along with the end is left over, and nothing of it is taken.
            Assert.Equal($"Done [{body}] [next]", decoded);
        }));
    }

    [Fact]
    public void Any_octets_get_a_verdict_that_does_not_depend_on_how_they_arrive()
    {
        // Mostly octets that mean something, so that some inputs get past the first line.
        Gen<string> noise = Gen.Elements("GET", " ", "/", "HTTP/1.1", "\r\n", "\r\n", "\r", "\n", ":", "Host:a", "\0", "\u00ff", "x", "5", "\r\n\r\n")
            .ListOf().Select(string.Concat);
        Check.One(Fixed, Prop.ForAll(noise.ToArbitrary(), text =>
        {
            HeadRuns.Request("GET / HTTP/1.1\r\nHost: a\r\n" + text);
            HeadRuns.Request(text);
            HeadRuns.Response("HTTP/1.1 200 OK\r\n" + text);
            BodyRuns.Decode("5\r\nhello\r\n" + text);
        }));
    }
}

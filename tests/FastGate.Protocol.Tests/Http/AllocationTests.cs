using System.Buffers;
using FastGate.Protocol.Http;

namespace FastGate.Protocol.Tests.Http;

public class AllocationTests
{
    private const string RequestText =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: test\r\nAccept: application/json\r\nAuthorization: Bearer sk-1\r\n" +
        "Content-Type: application/json\r\nConnection: keep-alive, x-custom\r\nX-Custom: 1\r\nContent-Length: 5\r\n\r\n{\"a\"}";

    private const string ResponseText =
        "HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 07:00:00 GMT\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" +
        "5\r\nhello\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nA: b\r\n\r\n";

    [Fact]
    public void Messages_are_read_and_written_without_allocation()
    {
        byte[] request = Sequences.Latin1(RequestText);
        byte[] response = Sequences.Latin1(ResponseText);
        ReadOnlySequence<byte>[] requests = [new(request), Sequences.Segmented(request, 7)];
        ReadOnlySequence<byte>[] responses = [new(response), Sequences.Segmented(response, 7)];
        var requestHead = new RequestHead();
        var responseHead = new ResponseHead();
        var output = new ReusableWriter();

        long bodyOctets = 0;
        void Round()
        {
            for (int way = 0; way < 2; way++)
            {
                // Octets that trickle, then the whole.
                for (int length = 0; length < 100; length += 9)
                {
                    Expect(ParseStatus.Incomplete, RequestParser.TryParse(requests[way].Slice(0, length), requestHead, HeadRuns.Limits));
                }

                Expect(ParseStatus.Complete, RequestParser.TryParse(requests[way], requestHead, HeadRuns.Limits));
                bodyOctets += Drain(requests[way].Slice(requestHead.Length), requestHead);

                Expect(ParseStatus.Complete, ResponseParser.TryParse(responses[way], responseHead, HeadRuns.Limits, HttpVerb.Post));
                bodyOctets += Drain(responses[way].Slice(responseHead.Length), responseHead);

                output.Clear();
                var writer = new HeadWriter(output);
                writer.RequestLine("POST"u8, requestHead[requestHead.Target]);
                for (int i = 0; i < requestHead.HeaderCount; i++)
                {
                    if (!requestHead.Header(i).HopByHop)
                    {
                        writer.Header(requestHead, i);
                    }
                }

                writer.Header(KnownHeader.XFastgateAttempts, way);
                writer.Header("x-other"u8, "value"u8);
                writer.Complete();
                ChunkWriter.Write(output, "data"u8);
                requestHead.Reset();
                responseHead.Reset();
            }
        }

        Round();
        Round();
        bodyOctets = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 1000; round++)
        {
            Round();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1000 * 2 * (5 + 21), bodyOctets);
    }

    [Fact]
    public void Octets_that_trickle_are_looked_at_once_each()
    {
        // A head of 4 MiB, an octet a read: looking at everything again with each read would take many minutes.
        const int Size = 4 * 1024 * 1024;
        byte[] octets = new byte[Size];
        octets.AsSpan().Fill((byte)'a');
        var head = new RequestHead();
        var limits = new HeadLimits(Size + 1, 10);
        for (int length = 1; length <= Size; length++)
        {
            Expect(ParseStatus.Incomplete, RequestParser.TryParse(new ReadOnlySequence<byte>(octets, 0, length), head, limits));
        }
    }

    private static long Drain(ReadOnlySequence<byte> buffer, MessageHead head)
    {
        var decoder = BodyDecoder.For(head);
        long octets = 0;
        BodyStatus status;
        while ((status = decoder.Next(ref buffer, out ReadOnlySequence<byte> data)) == BodyStatus.Data)
        {
            octets += data.Length;
        }

        if (status != BodyStatus.Done || !buffer.IsEmpty)
        {
            throw new InvalidOperationException($"{status} {decoder.Error}");
        }

        return octets;
    }

    private static void Expect(ParseStatus expected, ParseStatus actual)
    {
        if (expected != actual)
        {
            throw new InvalidOperationException($"{actual}");
        }
    }

    private sealed class ReusableWriter : IBufferWriter<byte>
    {
        private readonly byte[] _octets = new byte[4096];
        private int _used;

        public void Clear() => _used = 0;

        public void Advance(int count) => _used += count;

        public Memory<byte> GetMemory(int sizeHint = 0) => _octets.AsMemory(_used);

        public Span<byte> GetSpan(int sizeHint = 0) => _octets.AsSpan(_used);
    }
}

using System.Buffers;
using FastGate.Protocol.Sse;
using FastGate.Providers.OpenAi;
using FastGate.Proxy.Streams;

namespace FastGate.Proxy.Continuation;

/// <summary>
/// Stands between the stream of a provider that goes on with an answer and the client that has its beginning: leaves out what the client
/// has, and writes the rest as chunks of the stream the client knows.
/// </summary>
/// <remarks>Lives for one continuation; off the hot path.</remarks>
internal sealed class ContinuedStream : IStreamSink
{
    private readonly DeliveredAnswer _delivered;
    private readonly IEventWriter _client;
    private readonly ContinuedLeaves _leaves;
    private readonly bool _legacy;
    private readonly ArrayBufferWriter<byte> _chunk = new();
    private readonly ArrayBufferWriter<byte> _event = new();
    private readonly ArrayBufferWriter<byte> _before = new();
    private byte[] _model = "null"u8.ToArray();

    /// <summary>Makes one.</summary>
    /// <param name="matcher">Knows where the new text begins.</param>
    /// <param name="delivered">What the client has; grows with what it is sent.</param>
    /// <param name="client">Takes the events.</param>
    /// <param name="exact">Whether the answer must repeat what was delivered, whatever that was.</param>
    /// <param name="legacy">Whether this is a legacy completion.</param>
    internal ContinuedStream(AnswerMatcher matcher, DeliveredAnswer delivered, IEventWriter client, bool exact, bool legacy)
    {
        _leaves = new ContinuedLeaves(matcher, delivered, exact, _chunk, _before);
        _delivered = delivered;
        _client = client;
        _legacy = legacy;
    }

    /// <summary>Whether the provider answers something else than what was delivered.</summary>
    public bool IsRefused => _leaves.IsRefused;

    /// <inheritdoc/>
    public void OnEvent(in SseEvent item, in StreamProgress progress)
    {
        if (IsRefused)
        {
            return;
        }

        _chunk.ResetWrittenCount();
        _before.ResetWrittenCount();
        if (ChatChunkScanner.IsDone(item.Data))
        {
            if (_leaves.TryEndText())
            {
                WriteBefore();
                _client.WriteEvent(item.Raw);
            }

            return;
        }

        ref readonly ChatChunk chunk = ref progress.Chunk;
        _delivered.NoteContinued(chunk.IsFirstToken);
        if (!_leaves.IsFlowing && !chunk.Model.IsEmpty)
        {
            _model = item.Data.Slice(chunk.Model.Start - 1, chunk.Model.Length + 2).ToArray();
        }

        var walk = new ChunkWalk(item.Data, _leaves, _chunk, _delivered);
        walk.Run();
        if (!IsRefused)
        {
            WriteBefore();
            if (walk.SaysSomething)
            {
                Send(_chunk.WrittenSpan);
            }
        }
    }

    /// <inheritdoc/>
    public void OnComment(in SseEvent item) => _client.WriteComment(item.Raw);

    // A chunk of the gateway's own for text that was held back when something else came.
    private void WriteBefore()
    {
        if (_before.WrittenCount == 0)
        {
            return;
        }

        var chunk = new ArrayBufferWriter<byte>(256 + _before.WrittenCount);
        chunk.Write("{"u8);
        if (!_delivered.Id.IsEmpty)
        {
            chunk.Write("\"id\":"u8);
            chunk.Write(_delivered.Id);
            chunk.Write(","u8);
        }

        chunk.Write(_legacy ? "\"object\":\"text_completion\""u8 : "\"object\":\"chat.completion.chunk\""u8);
        if (!_delivered.Created.IsEmpty)
        {
            chunk.Write(",\"created\":"u8);
            chunk.Write(_delivered.Created);
        }

        chunk.Write(",\"model\":"u8);
        chunk.Write(_model);
        chunk.Write(_legacy ? ",\"choices\":[{\"index\":0,\"text\":\""u8 : ",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""u8);
        chunk.Write(_before.WrittenSpan);
        chunk.Write(_legacy ? "\",\"logprobs\":null,\"finish_reason\":null}]}"u8 : "\"},\"finish_reason\":null}]}"u8);
        Send(chunk.WrittenSpan);
    }

    private void Send(ReadOnlySpan<byte> chunk)
    {
        _event.ResetWrittenCount();
        SseWriter.WriteData(_event, chunk);
        _client.WriteEvent(_event.WrittenSpan);
    }
}

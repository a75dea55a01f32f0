using System.Buffers;
using System.Buffers.Text;
using FastGate.Protocol.Json;

namespace FastGate.Proxy.Continuation;

/// <summary>What is written in place of a chunk's own members, so that it fits into a stream that was begun by another provider.</summary>
internal interface IChunkIdentity
{
    /// <summary>The stream's <c>id</c> as a JSON string with its quotes; empty where it has none.</summary>
    ReadOnlySpan<byte> Id { get; }

    /// <summary>The stream's <c>created</c>; empty where it has none.</summary>
    ReadOnlySpan<byte> Created { get; }

    /// <summary>Prompt tokens to add to what a usage says.</summary>
    long PromptTokens { get; }

    /// <summary>Completion tokens to add.</summary>
    long CompletionTokens { get; }
}

/// <summary>
/// Goes through one valid chunk of a chat or legacy completion stream, shows its strings to a visitor and, with an output, writes it anew:
/// under the stream's own id, its role and reasoning left out (the client has had both), its usage added to. Everything else is copied.
/// </summary>
internal ref struct ChunkWalk(ReadOnlySpan<byte> json, ILeafVisitor visitor, ArrayBufferWriter<byte>? output, IChunkIdentity? identity)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private JsonCursor _cursor = new(json);
    private bool _altered;

    /// <summary>Whether the chunk still says something: part of a leaf is left, or there is a usage.</summary>
    internal bool SaysSomething { get; private set; }

    internal void Run()
    {
        _cursor.TryEnterObject();
        Write("{"u8);
        bool first = true;
        while (_cursor.NextProperty())
        {
            JsonString name = _cursor.Name;
            WriteName(name, ref first);
            if (name.Is("choices"u8) && _cursor.TryEnterArray())
            {
                Choices();
            }
            else if (name.Is("usage"u8) && _cursor.TryEnterObject())
            {
                Usage();
            }
            else if (identity is { Id.IsEmpty: false } && name.Is("id"u8))
            {
                Replace(identity.Id);
            }
            else if (identity is { Created.IsEmpty: false } && name.Is("created"u8))
            {
                Replace(identity.Created);
            }
            else
            {
                Copy();
            }
        }

        Write("}"u8);
    }

    private void Choices()
    {
        Write("["u8);
        bool first = true;
        while (_cursor.NextElement())
        {
            WriteComma(ref first);
            int index = IndexAhead(_cursor);
            if (_cursor.TryEnterObject())
            {
                Choice(index);
            }
            else
            {
                Copy();
            }
        }

        Write("]"u8);
    }

    private void Choice(int index)
    {
        Write("{"u8);
        bool first = true;
        while (_cursor.NextProperty())
        {
            JsonString name = _cursor.Name;
            WriteName(name, ref first);
            if (name.Is("delta"u8) && _cursor.TryEnterObject())
            {
                Delta(index);
            }
            else if (name.Is("text"u8))
            {
                Text(new Leaf(LeafKind.Content, index, 0));
            }
            else if (name.Is("finish_reason"u8))
            {
                Finish(index);
            }
            else if (_altered && name.Is("logprobs"u8))
            {
                // They are of the tokens as they were.
                Replace("null"u8);
            }
            else
            {
                Copy();
            }
        }

        Write("}"u8);
    }

    private void Delta(int choice)
    {
        Write("{"u8);
        bool first = true;
        while (_cursor.NextProperty())
        {
            JsonString name = _cursor.Name;
            if (name.Is("role"u8) || name.Is("reasoning"u8) || name.Is("reasoning_content"u8) || name.Is("reasoning_details"u8))
            {
                _cursor.SkipValue();
                continue;
            }

            WriteName(name, ref first);
            if (name.Is("content"u8))
            {
                Text(new Leaf(LeafKind.Content, choice, 0));
            }
            else if (name.Is("refusal"u8))
            {
                Text(new Leaf(LeafKind.Refusal, choice, 0));
            }
            else if (name.Is("tool_calls"u8) && _cursor.TryEnterArray())
            {
                Calls(choice);
            }
            else if (name.Is("function_call"u8) && _cursor.TryEnterObject())
            {
                Function(choice, -1);
            }
            else
            {
                if (name.Is("audio"u8) && _cursor.Peek() != JsonKind.Null)
                {
                    visitor.OnOtherContent();
                }

                Copy();
            }
        }

        Write("}"u8);
    }

    private void Calls(int choice)
    {
        Write("["u8);
        bool first = true;
        while (_cursor.NextElement())
        {
            WriteComma(ref first);
            int index = IndexAhead(_cursor);
            if (!_cursor.TryEnterObject())
            {
                Copy();
                continue;
            }

            Write("{"u8);
            bool firstMember = true;
            while (_cursor.NextProperty())
            {
                JsonString name = _cursor.Name;
                WriteName(name, ref firstMember);
                if (name.Is("function"u8) && _cursor.TryEnterObject())
                {
                    Function(choice, index);
                }
                else if (name.Is("id"u8))
                {
                    Text(new Leaf(LeafKind.CallId, choice, index));
                }
                else
                {
                    Copy();
                }
            }

            Write("}"u8);
        }

        Write("]"u8);
    }

    private void Function(int choice, int call)
    {
        Write("{"u8);
        bool first = true;
        while (_cursor.NextProperty())
        {
            JsonString name = _cursor.Name;
            WriteName(name, ref first);
            if (name.Is("name"u8))
            {
                Text(new Leaf(LeafKind.CallName, choice, call));
            }
            else if (name.Is("arguments"u8))
            {
                Text(new Leaf(LeafKind.CallArguments, choice, call));
            }
            else
            {
                Copy();
            }
        }

        Write("}"u8);
    }

    private void Text(Leaf leaf)
    {
        if (!_cursor.TryReadString(out JsonString text))
        {
            if (_cursor.Peek() != JsonKind.Null)
            {
                visitor.OnOtherContent();
            }

            Copy();
            return;
        }

        Write("\""u8);
        bool left = visitor.OnLeaf(leaf, text.Raw);
        Write("\""u8);
        SaysSomething |= left && !text.IsEmpty;
        _altered = true;
    }

    private void Finish(int choice)
    {
        if (!_cursor.TryReadString(out JsonString reason))
        {
            Copy();
        }
        else if (reason.IsEmpty || !visitor.OnLeaf(new Leaf(LeafKind.Finish, choice, 0), reason.Raw))
        {
            Write("null"u8);
        }
        else
        {
            Write("\""u8);
            Write(reason.Raw);
            Write("\""u8);
            SaysSomething = true;
        }
    }

    private void Usage()
    {
        SaysSomething = true;
        Write("{"u8);
        bool first = true;
        Span<byte> digits = stackalloc byte[20];
        while (_cursor.NextProperty())
        {
            JsonString name = _cursor.Name;
            WriteName(name, ref first);
            long prompt = identity?.PromptTokens ?? 0;
            long completion = identity?.CompletionTokens ?? 0;
            long more = name.Is("prompt_tokens"u8) ? prompt : name.Is("completion_tokens"u8) ? completion : name.Is("total_tokens"u8) ? prompt + completion : 0;
            if (more > 0 && _cursor.TryReadInt64(out long value))
            {
                Utf8Formatter.TryFormat(value + more, digits, out int written);
                Write(digits[..written]);
            }
            else
            {
                Copy();
            }
        }

        Write("}"u8);
    }

    // What a choice or a call without an index means is its first.
    private static int IndexAhead(JsonCursor ahead)
    {
        if (ahead.TryEnterObject())
        {
            while (ahead.NextProperty())
            {
                if (ahead.Name.Is("index"u8))
                {
                    return ahead.TryReadInt64(out long index) ? (int)Math.Clamp(index, 0, int.MaxValue) : 0;
                }

                ahead.SkipValue();
            }
        }

        return 0;
    }

    private void Copy()
    {
        _cursor.Peek();
        int start = _cursor.Position;
        _cursor.SkipValue();
        Write(_json[start.._cursor.Position]);
    }

    private void Replace(ReadOnlySpan<byte> value)
    {
        _cursor.SkipValue();
        Write(value);
    }

    private readonly void WriteName(JsonString name, ref bool first)
    {
        if (output is not null)
        {
            WriteComma(ref first);
            output.Write("\""u8);
            output.Write(name.Raw);
            output.Write("\":"u8);
        }
    }

    private readonly void WriteComma(ref bool first)
    {
        if (!first)
        {
            Write(","u8);
        }

        first = false;
    }

    private readonly void Write(ReadOnlySpan<byte> octets) => output?.Write(octets);
}

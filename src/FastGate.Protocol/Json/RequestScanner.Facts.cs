using System.Text;
using System.Text.Unicode;

namespace FastGate.Protocol.Json;

/// <content>What the scan found.</content>
public sealed partial class RequestScanner
{
    private readonly byte[] _model = new byte[MaxModelBytes];
    private readonly byte[] _key = new byte[RequestFields.LongestName + 1];

    private uint _seen;
    private RequestField _field;
    private bool _atIncludeUsage;
    private bool _counting;
    private JsonKind _kind;
    private long _valueStart;
    private int _modelLength;
    private ValueRange _modelRange;

    // The number being read, if it is a plain integer; -1 if it is something else.
    private long _number;

    // The string being captured.
    private byte[]? _capture;
    private int _captured;
    private bool _captureTooLong;
    private bool _captureInvalid;
    private char _highSurrogate;

    /// <summary>Why the body is refused, if it is.</summary>
    public ScanError Error { get; private set; }

    /// <summary>Whether <c>model</c> is there.</summary>
    public bool HasModel => _modelRange.IsPresent;

    /// <summary>The model's name, unescaped, valid UTF-8; empty when there is none. Valid until <see cref="Reset"/>.</summary>
    public ReadOnlySpan<byte> Model => _model.AsSpan(0, _modelLength);

    /// <summary>Where the model's JSON string lies in the body, its quotes included.</summary>
    public ValueRange ModelRange => _modelRange;

    /// <summary>Whether <c>stream</c> is <c>true</c>.</summary>
    public bool Stream { get; private set; }

    /// <summary>Whether <c>stream_options.include_usage</c> is <c>true</c>.</summary>
    public bool IncludeUsage { get; private set; }

    /// <summary>Where <c>stream_options</c> lies.</summary>
    public ValueRange StreamOptions { get; private set; }

    /// <summary>Where <c>fallbacks</c> lies. Its shape is not checked here.</summary>
    public ValueRange Fallbacks { get; private set; }

    /// <summary>Where <c>models</c> lies. Its shape is not checked here.</summary>
    public ValueRange Models { get; private set; }

    /// <summary>Where <c>metadata</c> lies. Its shape is not checked here.</summary>
    public ValueRange Metadata { get; private set; }

    /// <summary>Where <c>user</c> lies. Its shape is not checked here.</summary>
    public ValueRange User { get; private set; }

    /// <summary>Where <c>messages</c> lies. Its shape is not checked here.</summary>
    public ValueRange Messages { get; private set; }

    /// <summary>Where <c>input</c> lies. Its shape is not checked here.</summary>
    public ValueRange Input { get; private set; }

    /// <summary>Where <c>prompt</c> lies. Its shape is not checked here.</summary>
    public ValueRange Prompt { get; private set; }

    /// <summary>Whether <c>tools</c> is there and not <c>null</c>.</summary>
    public bool HasTools { get; private set; }

    /// <summary>Whether a form of the answer is asked for: <c>response_format</c> that is not <c>null</c>, or <c>text.format</c>.</summary>
    public bool HasResponseFormat { get; private set; }

    /// <summary>Whether <c>audio</c> is there and not <c>null</c>.</summary>
    public bool HasAudio { get; private set; }

    /// <summary>Whether <c>modalities</c> is there and not <c>null</c>.</summary>
    public bool HasModalities { get; private set; }

    /// <summary>Whether <c>n</c> asks for several choices: a number that is not written <c>0</c> or <c>1</c>.</summary>
    public bool HasMultipleChoices { get; private set; }

    /// <summary>
    /// The largest of <c>max_tokens</c>, <c>max_completion_tokens</c> and <c>max_output_tokens</c> that is a plain non-negative integer; -1 when
    /// none is.
    /// </summary>
    public long MaxTokens { get; private set; } = -1;

    /// <summary>
    /// Octets of the string values under <c>messages</c>, <c>input</c>, <c>prompt</c>, <c>system</c> and <c>instructions</c>, escapes as they came and
    /// without quotes: an estimate of the input's size. <c>data:</c> URLs are counted in <see cref="MediaBytes"/> instead.
    /// </summary>
    public long InputBytes { get; private set; }

    /// <summary>Octets of the <c>data:</c> URLs (images, files) among those values.</summary>
    public long MediaBytes { get; private set; }

    /// <summary>Octets fed so far; after a failure, those of the segments before the one that failed.</summary>
    public long TotalBytes => _base;

    private static ReadOnlySpan<byte> MediaPrefix => "data:"u8;

    private void ResetFacts()
    {
        _seen = 0;
        _field = RequestField.None;
        _atIncludeUsage = false;
        _counting = false;
        _modelLength = 0;
        _modelRange = default;
        _capture = null;
        _number = -1;
        Stream = false;
        IncludeUsage = false;
        StreamOptions = default;
        Fallbacks = default;
        Models = default;
        Metadata = default;
        User = default;
        Messages = default;
        Input = default;
        Prompt = default;
        HasTools = false;
        HasResponseFormat = false;
        HasAudio = false;
        HasModalities = false;
        HasMultipleChoices = false;
        MaxTokens = -1;
        InputBytes = 0;
        MediaBytes = 0;
        ResetOwnMembers();
    }

    /// <summary>A key at depth 1 or 2 is complete.</summary>
    private bool KeyEnds(ReadOnlySpan<byte> name, bool valid)
    {
        RequestField field;
        if (_depth == 1)
        {
            field = valid ? RequestFields.Find(name) : RequestField.None;
            _field = field;
            _keyStart = _stringStart - 1;
            _counting = field is RequestField.Messages or RequestField.Input or RequestField.Prompt or RequestField.System or RequestField.Instructions;
        }
        else
        {
            _atIncludeUsage = _field == RequestField.StreamOptions && valid && name.SequenceEqual("include_usage"u8);
            field = _atIncludeUsage ? RequestField.IncludeUsage : RequestField.None;
            HasResponseFormat |= _field == RequestField.Text && valid && name.SequenceEqual("format"u8);
        }

        if (field == RequestField.None)
        {
            return true;
        }

        uint bit = 1u << (int)field;
        if ((_seen & bit) != 0)
        {
            FailAt(ScanErrorKind.DuplicateKey, _stringStart - 1, field);
            return false;
        }

        _seen |= bit;
        return true;
    }

    /// <summary>A value begins at depth 0 (the body), 1 (a member), or 2 (inside a member).</summary>
    private bool ValueBegins(JsonKind kind, int position)
    {
        switch (_depth)
        {
            case 0 when kind != JsonKind.Object:
                Fail(ScanErrorKind.NotAnObject, position);
                return false;
            case 1:
                _kind = kind;
                _valueStart = _base + position;
                return MemberBegins(kind, position);
            case 2 when _atIncludeUsage:
                if (kind is not (JsonKind.True or JsonKind.False or JsonKind.Null))
                {
                    Fail(ScanErrorKind.WrongType, position, RequestField.IncludeUsage);
                    return false;
                }

                IncludeUsage = kind == JsonKind.True;
                return true;
            default:
                return true;
        }
    }

    private bool MemberBegins(JsonKind kind, int position)
    {
        bool right = true;
        switch (_field)
        {
            case RequestField.Model:
                right = kind == JsonKind.String;
                BeginCapture(_model);
                break;
            case RequestField.Stream:
                right = kind is JsonKind.True or JsonKind.False or JsonKind.Null;
                Stream = kind == JsonKind.True;
                break;
            case RequestField.StreamOptions:
                right = kind is JsonKind.Object or JsonKind.Null;
                break;
            case RequestField.Tools:
                HasTools = kind != JsonKind.Null;
                break;
            case RequestField.ResponseFormat:
                HasResponseFormat |= kind != JsonKind.Null;
                break;
            case RequestField.Audio:
                HasAudio = kind != JsonKind.Null;
                break;
            case RequestField.Modalities:
                HasModalities = kind != JsonKind.Null;
                break;
        }

        if (!right)
        {
            Fail(ScanErrorKind.WrongType, position, _field);
        }

        return right;
    }

    /// <summary>A value ended; at depth 1 it was a member's.</summary>
    private void ValueEnds(long end)
    {
        if (_depth == 2)
        {
            _atIncludeUsage = false;
            return;
        }

        if (_depth != 1)
        {
            return;
        }

        var range = new ValueRange(_valueStart, end - _valueStart, _kind);
        switch (_field)
        {
            case RequestField.StreamOptions:
                StreamOptions = range;
                break;
            case RequestField.Fallbacks:
                Fallbacks = range;
                OwnMemberEnds(end);
                break;
            case RequestField.Models:
                Models = range;
                OwnMemberEnds(end);
                break;
            case RequestField.Metadata:
                Metadata = range;
                break;
            case RequestField.User:
                User = range;
                break;
            case RequestField.Messages:
                Messages = range;
                break;
            case RequestField.Input:
                Input = range;
                break;
            case RequestField.Prompt:
                Prompt = range;
                break;
        }

        _counting = false;
    }

    private bool ModelEnds(long end)
    {
        ReadOnlySpan<byte> name = EndCapture(out bool valid);
        if (_captureTooLong)
        {
            FailAt(ScanErrorKind.ModelTooLong, _valueStart, RequestField.Model);
            return false;
        }

        if (!valid || !Utf8.IsValid(name))
        {
            FailAt(ScanErrorKind.InvalidUtf8, _valueStart, RequestField.Model);
            return false;
        }

        if (name.IsEmpty)
        {
            FailAt(ScanErrorKind.EmptyModel, _valueStart, RequestField.Model);
            return false;
        }

        _modelLength = name.Length;
        _modelRange = new ValueRange(_valueStart, end - _valueStart, JsonKind.String);
        return true;
    }

    private void NumberBegins(byte first) => _number = first == (byte)'-' ? -1 : first - '0';

    private void NumberContinues(byte next, bool digit)
    {
        if (_number >= 0)
        {
            _number = digit && _number < long.MaxValue / 16 ? (_number * 10) + (next - '0') : -1;
        }
    }

    private void NumberEnds()
    {
        if (_depth != 1)
        {
            return;
        }

        if (_field == RequestField.N)
        {
            HasMultipleChoices = _number is not (0 or 1);
        }
        else if (_field is RequestField.MaxTokens or RequestField.MaxCompletionTokens or RequestField.MaxOutputTokens)
        {
            MaxTokens = Math.Max(MaxTokens, _number);
        }
    }

    private void CountString(long length)
    {
        if (_mediaProbe == MediaPrefix.Length)
        {
            MediaBytes += length;
        }
        else
        {
            InputBytes += length;
        }
    }

    /// <summary>Compares the start of a counted string, split or not, with <c>data:</c>; a mismatch leaves -1.</summary>
    private void ProbeMedia(ReadOnlySpan<byte> segment, int i)
    {
        while (i < segment.Length)
        {
            if (segment[i++] != MediaPrefix[_mediaProbe])
            {
                _mediaProbe = -1;
                return;
            }

            if (++_mediaProbe == MediaPrefix.Length)
            {
                return;
            }
        }
    }

    private void BeginCapture(byte[] target)
    {
        _capture = target;
        _captured = 0;
        _captureTooLong = false;
        _captureInvalid = false;
        _highSurrogate = '\0';
    }

    private ReadOnlySpan<byte> EndCapture(out bool valid)
    {
        ReadOnlySpan<byte> text = _capture.AsSpan(0, _captured);
        valid = !_captureTooLong && !_captureInvalid && _highSurrogate == '\0';
        _capture = null;
        return text;
    }

    private void Capture(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
        {
            return;
        }

        _captureInvalid |= _highSurrogate != '\0';
        if (octets.TryCopyTo(_capture.AsSpan(_captured)))
        {
            _captured += octets.Length;
        }
        else
        {
            _captureTooLong = true;
        }
    }

    private void CaptureOctet(byte octet) => Capture([octet]);

    private void CaptureUnit(char unit)
    {
        Rune rune;
        if (_highSurrogate != '\0')
        {
            if (!Rune.TryCreate(_highSurrogate, unit, out rune))
            {
                _captureInvalid = true;
                return;
            }

            _highSurrogate = '\0';
        }
        else if (char.IsHighSurrogate(unit))
        {
            _highSurrogate = unit;
            return;
        }
        else if (!Rune.TryCreate(unit, out rune))
        {
            _captureInvalid = true;
            return;
        }

        Span<byte> encoded = stackalloc byte[4];
        Capture(encoded[..rune.EncodeToUtf8(encoded)]);
    }
}

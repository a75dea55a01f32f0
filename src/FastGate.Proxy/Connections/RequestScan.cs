using System.Buffers;
using FastGate.Protocol.Http;
using FastGate.Protocol.Json;
using FastGate.Protocol.Multipart;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Planning;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Connections;

/// <summary>What routing needs of a request's body: the model and where it stands. JSON or a form.</summary>
internal sealed class RequestScan
{
    private readonly RequestScanner _json = new();
    private readonly ArrayBufferWriter<byte> _replacement = new(64);
    private readonly byte[] _formModel = new byte[RequestScanner.MaxModelBytes];
    private int _formModelLength;
    private bool _isForm;

    /// <summary>The model the request names.</summary>
    internal ReadOnlySpan<byte> Model => _isForm ? _formModel.AsSpan(0, _formModelLength) : _json.Model;

    /// <summary>Where the model stands in the body; in JSON with its quotes.</summary>
    internal long ModelOffset { get; private set; }

    /// <summary>How long it is there.</summary>
    internal int ModelLength { get; private set; }

    /// <summary>Reads a body; null when it is in order.</summary>
    internal GatewayError? Read(Endpoint endpoint, RequestHead head, in ReadOnlySequence<byte> body)
    {
        _isForm = endpoint.Body == BodyShape.JsonOrMultipart && MediaTypes.IsForm(head);
        return _isForm ? ReadForm(head, body) : ReadJson(body);
    }

    /// <summary>What is written in place of the model, so that a provider gets its own name for it.</summary>
    internal ReadOnlyMemory<byte> Replacement(Target? target)
    {
        if (target is not null)
        {
            return _isForm ? target.ModelUtf8 : target.ModelJson;
        }

        ReadOnlySpan<byte> model = DestinationFinder.ModelAtProvider(Model);
        _replacement.ResetWrittenCount();
        if (_isForm)
        {
            _replacement.Write(model);
        }
        else
        {
            JsonEscapes.WriteString(_replacement, model);
        }

        return _replacement.WrittenMemory;
    }

    private GatewayError? ReadJson(in ReadOnlySequence<byte> body)
    {
        if (body.IsEmpty)
        {
            return GatewayError.InvalidJson("The request has no body; send a JSON object.");
        }

        if (_json.Scan(body) != ScanStatus.Ok)
        {
            ScanError error = _json.Error;
            return error.Kind is ScanErrorKind.InvalidJson or ScanErrorKind.NotAnObject or ScanErrorKind.TooDeep
                ? GatewayError.InvalidJson(error.Describe())
                : GatewayError.Invalid(error.Describe(), error.FieldName);
        }

        if (!_json.HasModel)
        {
            return GatewayError.Invalid("'model' is required: the name of a route, or provider/model.", "model");
        }

        ModelOffset = _json.ModelRange.Offset;
        ModelLength = (int)_json.ModelRange.Length;
        return null;
    }

    private GatewayError? ReadForm(RequestHead head, in ReadOnlySequence<byte> body)
    {
        head.TryGet(KnownHeader.ContentType, out ReadOnlySpan<byte> contentType);
        MultipartError error = MultipartScanner.Scan(contentType, body, out MultipartFacts facts);
        if (error != MultipartError.None)
        {
            return GatewayError.Invalid(error.Describe(), error is MultipartError.EmptyModel or MultipartError.ModelTooLong ? "model" : null);
        }

        if (!facts.HasModel || facts.ModelLength is 0 or > RequestScanner.MaxModelBytes)
        {
            return GatewayError.Invalid("The form field 'model' is required, 1 to 256 bytes: the name of a route, or provider/model.", "model");
        }

        ModelOffset = facts.ModelOffset;
        ModelLength = facts.ModelLength;
        _formModelLength = facts.ModelLength;
        body.Slice(ModelOffset, ModelLength).CopyTo(_formModel);
        return null;
    }
}

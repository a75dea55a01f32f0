using System.Buffers;
using FastGate.Protocol.Http;
using FastGate.Protocol.Json;
using FastGate.Protocol.Multipart;
using FastGate.Protocol.Pooling;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Connections;

/// <summary>
/// What routing needs of a request's body: the model and where it stands. JSON or a form. Rented for as long as it is needed, so that
/// there are as many as requests being decided on, not as connections.
/// </summary>
internal sealed class RequestScan
{
    private static readonly StackPool<RequestScan> Pool = new(mostLocal: 16, mostShared: 4096);

    [ThreadStatic]
    private static LocalStack<RequestScan>? _local;

    private readonly RequestScanner _json = new();
    private readonly byte[] _formModel = new byte[RequestScanner.MaxModelBytes];
    private int _formModelLength;
    private long _modelOffset;
    private long _modelLength;
    private bool _isForm;

    private RequestScan()
    {
    }

    /// <summary>The model the request names.</summary>
    internal ReadOnlySpan<byte> Model => _isForm ? _formModel.AsSpan(0, _formModelLength) : _json.Model;

    /// <summary>What else was found in a JSON body; of no meaning for forms.</summary>
    internal RequestScanner Json => _json;

    /// <summary>Whether the body is JSON and not a form.</summary>
    internal bool IsJson => !_isForm;

    /// <summary>One to use; <see cref="Return"/> it.</summary>
    internal static RequestScan Rent() => Pool.TryRent(ref _local) ?? new RequestScan();

    /// <summary>Gives it back. The caller keeps no reference to it.</summary>
    internal static void Return(RequestScan scan) => Pool.Return(ref _local, scan);

    /// <summary>Reads a body; null when it is in order.</summary>
    internal GatewayError? Read(Endpoint endpoint, RequestHead head, in ReadOnlySequence<byte> body)
    {
        _isForm = endpoint.Body == BodyShape.JsonOrMultipart && MediaTypes.IsForm(head);
        return _isForm ? ReadForm(head, body) : ReadJson(body);
    }

    /// <summary>What of the body is to be changed for a target: its own name for the model, and nothing that was meant for the gateway.</summary>
    internal void WriteEdits(UpstreamTarget target, ref BodyEdits edits)
    {
        edits.Clear();
        edits.Add(new BodyEdit(_modelOffset, _modelLength, _isForm ? target.ModelUtf8 : target.ModelJson));
        if (!_isForm && (_json.Fallbacks.IsPresent || _json.Models.IsPresent))
        {
            Span<BodyRange> own = stackalloc BodyRange[RequestScanner.MaxOwnMembers];
            foreach (BodyRange range in own[.._json.FindOwnMembers(own)])
            {
                edits.Add(new BodyEdit(range.Offset, range.Length, default));
            }
        }
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

        _modelOffset = _json.ModelRange.Offset;
        _modelLength = _json.ModelRange.Length;
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

        _modelOffset = facts.ModelOffset;
        _modelLength = facts.ModelLength;
        _formModelLength = facts.ModelLength;
        body.Slice(_modelOffset, _modelLength).CopyTo(_formModel);
        return null;
    }
}

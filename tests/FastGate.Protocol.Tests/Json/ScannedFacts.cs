using System.Text;
using FastGate.Protocol.Json;

namespace FastGate.Protocol.Tests.Json;

/// <summary>All that a scan tells, in a form that compares.</summary>
public sealed record ScannedFacts
{
    public ScanErrorKind Error { get; init; }

    public RequestField ErrorField { get; init; }

    public string Model { get; init; } = "";

    public ValueRange ModelRange { get; init; }

    public bool Stream { get; init; }

    public bool IncludeUsage { get; init; }

    public ValueRange StreamOptions { get; init; }

    public ValueRange Fallbacks { get; init; }

    public ValueRange Models { get; init; }

    public ValueRange Metadata { get; init; }

    public ValueRange User { get; init; }

    public bool HasTools { get; init; }

    public bool HasResponseFormat { get; init; }

    public bool HasAudio { get; init; }

    public bool HasModalities { get; init; }

    public bool HasMultipleChoices { get; init; }

    public long MaxTokens { get; init; } = -1;

    public long InputBytes { get; init; }

    public long MediaBytes { get; init; }

    public long TotalBytes { get; init; }

    public static ScannedFacts Of(RequestScanner scanner) =>
        scanner.Error.Kind != ScanErrorKind.None
            ? Failed(scanner.Error.Kind, scanner.Error.Field)
            : new ScannedFacts
            {
                Model = Encoding.UTF8.GetString(scanner.Model),
                ModelRange = scanner.ModelRange,
                Stream = scanner.Stream,
                IncludeUsage = scanner.IncludeUsage,
                StreamOptions = scanner.StreamOptions,
                Fallbacks = scanner.Fallbacks,
                Models = scanner.Models,
                Metadata = scanner.Metadata,
                User = scanner.User,
                HasTools = scanner.HasTools,
                HasResponseFormat = scanner.HasResponseFormat,
                HasAudio = scanner.HasAudio,
                HasModalities = scanner.HasModalities,
                HasMultipleChoices = scanner.HasMultipleChoices,
                MaxTokens = scanner.MaxTokens,
                InputBytes = scanner.InputBytes,
                MediaBytes = scanner.MediaBytes,
                TotalBytes = scanner.TotalBytes,
            };

    public static ScannedFacts Failed(ScanErrorKind kind, RequestField field = RequestField.None) => new() { Error = kind, ErrorField = field };
}

namespace FastGate.EndToEnd.Tests.Harness;

/// <summary>A test that says something about the published binary only.</summary>
internal sealed class PublishedFactAttribute : FactAttribute
{
    public PublishedFactAttribute()
    {
        if (!GatewayBinary.IsPublished)
        {
            Skip = "Only the AOT binary is measured, and this one compiles as it runs; 'make aot' first, or name one in FASTGATE_BINARY.";
        }
    }
}

using System.Collections.Immutable;
using System.Globalization;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Time;

namespace FastGate.Proxy.Catalog;

/// <summary>Asks one provider for its models.</summary>
internal static class ModelLister
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The provider's models, or why they cannot be had.</summary>
    internal static async Task<(ImmutableArray<(string Id, long Created)>? Models, string? Failure)> ListAsync(
        Provider provider, TimerWheel wheel, CancellationToken cancellation)
    {
        ProviderAnswer answer = await ProviderCall.SendAsync(provider, provider.Keys[0], EndpointTable.ModelList, [], Patience, wheel, cancellation).ConfigureAwait(false);
        if (answer.Fault != AttemptFault.None)
        {
            return (null, AttemptFaultText.Describe(answer.Fault, provider, answer.Detail));
        }

        if (answer.Status != 200)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"{provider.Name} answered GET /models with {answer.Status}."));
        }

        ImmutableArray<(string, long)>? models = ModelListing.Read(answer.Body);
        return (models, models is null ? $"{provider.Name} answered GET /models with something that is no model list." : null);
    }
}

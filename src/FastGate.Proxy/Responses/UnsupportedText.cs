using System.Text;
using FastGate.Providers.OpenAi;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Endpoints;
using FastGate.Routing.Targets;

namespace FastGate.Proxy.Responses;

/// <summary>Says that no target has the endpoint a request asks for: which endpoint, which targets, and what to do.</summary>
internal static class UnsupportedText
{
    private const int MostTargets = 5;

    /// <summary>Known from the configuration: nobody was asked.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="targets">Where the request could have gone.</param>
    /// <param name="route">The route, or null where the request named its targets itself.</param>
    internal static string Declared(Endpoint endpoint, IEnumerable<Target> targets, string? route)
    {
        string[] names = [.. targets.Where(target => (target.Offers & endpoint.Offer) == 0).Select(target => target.Name).Distinct()];
        string shown = string.Join(", ", names.Take(MostTargets)) + (names.Length > MostTargets ? ", ..." : "");
        string remedy = route is null ? "send the request to a target whose provider has it" : $"add a target whose provider has it to the route '{route}'";
        return $"POST {Path(endpoint)} is not offered by {shown}: 'endpoints' of the provider does not list {endpoint.Name}. Either {remedy}, or add it to 'endpoints' if the provider has it after all.";
    }

    /// <summary>Told by the provider.</summary>
    internal static string Answered(Endpoint endpoint, FailedAttempt failed)
    {
        string words = failed.Body is not null && OpenAiError.TryRead(failed.Body, out OpenAiErrorFacts facts) && !facts.Message.IsEmpty
            ? $" ({Encoding.UTF8.GetString(facts.Message.Of(failed.Body)).Trim()})"
            : "";
        return $"{failed.Target.Name} does not support POST {Path(endpoint)}: {failed.Target.Provider.Name} answered {failed.Status}{words}. "
            + "Send the request to a target that has it; if this one should, check base_url of its provider.";
    }

    private static string Path(Endpoint endpoint) => endpoint.IsPrefix ? $"{endpoint.Path}*" : endpoint.Path;
}

using System.Collections.Immutable;
using FastGate.Configuration.Reading;

namespace FastGate.Configuration.Keys;

/// <summary>What must hold between keys of different groups.</summary>
internal static class Consistency
{
    /// <summary>What is wrong with the addresses once some were replaced from the command line; null when nothing is.</summary>
    public static string? AddressProblem(GatewayConfig gateway) =>
        gateway.Listen.FirstOrDefault(listener => listener.Address.Overlaps(gateway.Admin)) is { } taken ? AdminOverlap(gateway, taken.Address) : AdminProblem(gateway);

    /// <summary>What to say of a control plane that others can reach and that asks for nothing; null when it is fine.</summary>
    private static string? AdminProblem(GatewayConfig gateway) => gateway.Admin.IsLoopback || gateway.AdminToken is not null
        ? null
        : $"{gateway.Admin} can be reached from other machines and there is no admin_token; add admin_token: \"${{FASTGATE_ADMIN_TOKEN}}\", or listen on 127.0.0.1";

    /// <summary>Checks the whole and settles what depends on several groups.</summary>
    public static GatewayConfig Check(GatewayConfig gateway, IReadOnlySet<string> written, string path, ConfigReading reading)
    {
        CheckAddresses(gateway, written, reading);
        CheckClients(gateway.Clients, reading);
        foreach (ProviderConfig provider in gateway.Providers)
        {
            CheckLoop(provider, gateway, reading);
        }

        new RoutingConsistency(gateway, reading).Check();
        return gateway with { Listen = [.. gateway.Listen.Select(listener => listener with { Tls = listener.Tls ?? gateway.Tls })] };
    }

    private static void CheckAddresses(GatewayConfig gateway, IReadOnlySet<string> written, ConfigReading reading)
    {
        // A token that is written but could not be read has its own error.
        if (!written.Contains("admin_token") && AdminProblem(gateway) is { } problem)
        {
            reading.Report("admin", problem);
        }

        for (int i = 0; i < gateway.Listen.Length; i++)
        {
            Address address = gateway.Listen[i].Address;
            string path = KeyPath.Of("listen", i);
            if (gateway.Listen.Take(i).FirstOrDefault(other => other.Address.Overlaps(address)) is { } taken)
            {
                reading.Report(path, $"{address} is taken by {taken.Address} above; remove one of them or give it another port");
            }

            if (address.Overlaps(gateway.Admin))
            {
                reading.Report(path, AdminOverlap(gateway, address));
            }
        }
    }

    /// <summary>A provider that is the gateway itself would take every request around until its deadline. Easily done: llama.cpp's own port is 8080 too.</summary>
    private static void CheckLoop(ProviderConfig provider, GatewayConfig gateway, ConfigReading reading)
    {
        if (Address.TryParse(provider.BaseUrl.Authority, out Address? upstream, out _)
            && upstream.IsLoopback
            && gateway.Listen.FirstOrDefault(listener => listener.Address.Overlaps(upstream)) is { } self)
        {
            reading.Report(
                KeyPath.Of(KeyPath.Of(KeyPath.Of("", "providers"), provider.Name), "base_url"),
                $"{upstream} is where this gateway listens ({self.Address}), so requests would go round in circles; correct base_url or listen on another port");
        }
    }

    private static string AdminOverlap(GatewayConfig gateway, Address address) =>
        $"{address} is where 'admin' listens too ({gateway.Admin}); give one of them another port";

    private static void CheckClients(ImmutableArray<ClientConfig> clients, ConfigReading reading)
    {
        for (int i = 0; i < clients.Length; i++)
        {
            ClientConfig client = clients[i];
            string path = KeyPath.Of("clients", i);
            IEnumerable<ClientConfig> before = clients.Take(i);
            if (client.Name.Length > 0 && before.Any(other => other.Name == client.Name))
            {
                reading.Report(KeyPath.Of(path, "name"), $"'{client.Name}' is the name of a client above; give each its own");
            }

            if (!client.KeySha256.IsEmpty && before.FirstOrDefault(other => other.KeySha256.AsSpan().SequenceEqual(client.KeySha256.AsSpan())) is { } same)
            {
                reading.Report(path, $"has the same key as the client '{same.Name}'; give each its own, or a request could not be told to come from one of them");
            }
        }
    }
}

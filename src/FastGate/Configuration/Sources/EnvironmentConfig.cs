using System.Collections.Immutable;
using FastGate.Configuration.Keys;
using FastGate.Configuration.Reading;
using FastGate.Configuration.Substitution;
using FastGate.Providers.Presets;

namespace FastGate.Configuration.Sources;

/// <summary>The configuration of somebody who has written none: a provider for every provider key found in the environment, defaults for the rest.</summary>
internal static class EnvironmentConfig
{
    private const string Origin = "environment";

    /// <summary>Builds it.</summary>
    /// <param name="environment">Where to look.</param>
    /// <param name="result">The configuration, or what is wrong with the keys that were found.</param>
    /// <returns>False when there is no provider key.</returns>
    public static bool TryBuild(IEnvironmentVariables environment, out ConfigResult result)
    {
        ImmutableArray<ProviderConfig>.Builder providers = ImmutableArray.CreateBuilder<ProviderConfig>();
        ImmutableArray<ConfigError>.Builder errors = ImmutableArray.CreateBuilder<ConfigError>();
        foreach (ProviderPreset preset in ProviderPresets.All)
        {
            if (preset.KeyVariable is not { } variable || environment.Get(variable) is not { Length: > 0 } key)
            {
                continue;
            }

            if (SecretShape.ProblemOf(key, spaces: false) is { } problem)
            {
                errors.Add(new ConfigError(Origin, 0, 0, $"{variable} {problem}"));
            }

            providers.Add(new ProviderConfig
            {
                Name = preset.Name,
                Kind = ProviderKinds.Of(preset),
                BaseUrl = new Uri(preset.BaseUrl),
                Keys = [new KeyConfig { Value = new Secret(key) }],
            });
        }

        result = errors.Count > 0 ? new ConfigResult { Errors = errors.ToImmutable() }
            : providers.Count > 0 ? new ConfigResult { Config = new GatewayConfig { Providers = providers.ToImmutable() } }
            : new ConfigResult();
        return providers.Count > 0;
    }
}

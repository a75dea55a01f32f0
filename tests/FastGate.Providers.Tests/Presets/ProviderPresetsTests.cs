using FastGate.Providers.Presets;

namespace FastGate.Providers.Tests.Presets;

public sealed class ProviderPresetsTests
{
    [Fact]
    public void Every_preset_is_whole_and_found_by_its_name()
    {
        Assert.True(ProviderPresets.All.Length >= 23);
        foreach (ProviderPreset preset in ProviderPresets.All)
        {
            Assert.True(ProviderPresets.TryGet(preset.Name.ToUpperInvariant(), out ProviderPreset? found));
            Assert.Same(preset, found);
            Assert.Equal(preset.Name.ToLowerInvariant(), preset.Name);
            Assert.True(Uri.TryCreate(preset.BaseUrl, UriKind.Absolute, out Uri? address));
            Assert.False(preset.BaseUrl.EndsWith('/'));
            Assert.Equal(preset.NeedsKey ? "https" : "http", address.Scheme);
            Assert.StartsWith("https://", preset.Documentation, StringComparison.Ordinal);
            Assert.True(preset.KeyVariable is null || preset.KeyVariable.EndsWith("_API_KEY", StringComparison.Ordinal));
        }

        Assert.Equal(ProviderPresets.All.Length, ProviderPresets.All.Select(p => p.Name).Distinct().Count());
        Assert.Equal(ProviderPresets.All.Length, ProviderPresets.All.Select(p => p.BaseUrl).Distinct().Count());
    }

    [Fact]
    public void Unknown_name_is_not_found()
    {
        Assert.False(ProviderPresets.TryGet("nobody", out _));
    }
}

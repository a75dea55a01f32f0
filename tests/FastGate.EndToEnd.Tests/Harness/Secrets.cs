namespace FastGate.EndToEnd.Tests.Harness;

/// <summary>Keys that are easy to find wherever they come to light.</summary>
internal static class Secrets
{
    public const string ClientKey = "sk-client-5EC2E7-f1a9c4d07b";
    public const string ProviderKey = "sk-provider-5EC2E7-83be20d6aa";
    public const string AdminToken = "admin-5EC2E7-token-41d8";

    /// <summary>No key is in this text.</summary>
    public static void AssertNoneIn(string text)
    {
        foreach (string secret in (string[])[ClientKey, ProviderKey, AdminToken])
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }
    }
}

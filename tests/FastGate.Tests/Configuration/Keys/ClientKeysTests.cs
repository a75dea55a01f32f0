namespace FastGate.Tests.Configuration.Keys;

public class ClientKeysTests
{
    // SHA-256 of "test".
    private const string TestHash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    [Theory]
    [InlineData("{ name: a }", "clients[0]: has neither 'key' nor 'key_sha256'; add one of them")]
    [InlineData("{ name: a, key: k, key_sha256: " + TestHash + " }", "clients[0]: has both 'key' and 'key_sha256'; keep one of them")]
    [InlineData("{ key: k }", "clients[0]: 'name' is missing")]
    [InlineData("{ name: '', key: k }", "clients[0].name: an empty text will not do; write 1 to 128 letters")]
    [InlineData("{ name: a, key: '' }", "clients[0].key: is empty; give it a value")]
    [InlineData("{ name: a, key: 'two words' }", "clients[0].key: contains a space")]
    [InlineData("{ name: a, key_sha256: abc }", "clients[0].key_sha256: is not 64 hexadecimal digits")]
    [InlineData("{ name: a, key: k }, { name: a, key: l }", "clients[1].name: 'a' is the name of a client above; give each its own")]
    [InlineData("{ name: a, key: k }, { name: b, key: k }", "clients[1]: has the same key as the client 'a'")]
    [InlineData("{ name: a, key: test }, { name: b, key_sha256: " + TestHash + " }", "clients[1]: has the same key as the client 'a'")]
    [InlineData("a", "clients[0]: expects keys and values, found a single value; the keys known here are name, key, key_sha256")]
    public void Mistakes_are_explained(string clients, string expected) =>
        Assert.Contains(expected, new ConfigText().Error($"clients: [{clients}]\n{ConfigText.OneProvider}"));
}

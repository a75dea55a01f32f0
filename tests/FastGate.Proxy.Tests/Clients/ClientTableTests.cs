using System.Security.Cryptography;
using FastGate.Proxy.Clients;
using FastGate.Proxy.Model;

namespace FastGate.Proxy.Tests.Clients;

public sealed class ClientTableTests
{
    [Fact]
    public void Credential_finds_its_client_and_no_other()
    {
        var table = new ClientTable([Client("one"), Client("two"), Client("three")]);
        Assert.False(table.IsOpen);
        Assert.Equal("one", table.Find("key-one"u8)!.Name);
        Assert.Equal("three", table.Find("key-three"u8)!.Name);
        Assert.Null(table.Find("key-fou"u8));
        Assert.Null(table.Find("key-one "u8));
        Assert.Null(table.Find(""u8));
    }

    [Fact]
    public void Nobody_configured_lets_everybody_in() => Assert.True(new ClientTable([]).IsOpen);

    [Fact]
    public void Finding_allocates_nothing()
    {
        var table = new ClientTable([Client("one"), Client("two")]);
        table.Find("key-two"u8);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            table.Find("key-two"u8);
            table.Find("wrong"u8);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static ClientSettings Client(string name) => new(name, [.. SHA256.HashData(System.Text.Encoding.UTF8.GetBytes("key-" + name))]);
}

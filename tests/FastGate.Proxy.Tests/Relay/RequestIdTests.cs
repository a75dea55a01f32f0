using System.Text;
using FastGate.Proxy.Relay;

namespace FastGate.Proxy.Tests.Relay;

public sealed class RequestIdTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("req-123/~!", true)]
    [InlineData("", false)]
    [InlineData("two words", false)]
    [InlineData("tab\there", false)]
    [InlineData("\u007f", false)]
    [InlineData("\u00e9", false)]
    public void Usable_id_of_the_client_is_kept(string id, bool kept) => Assert.Equal(kept, Choose(new RequestId(), id) == id);

    [Fact]
    public void Longest_id_is_128_characters()
    {
        Assert.Equal(new string('x', 128), Choose(new RequestId(), new string('x', 128)));
        Assert.StartsWith("fg-", Choose(new RequestId(), new string('x', 129)), StringComparison.Ordinal);
    }

    [Fact]
    public void New_ids_differ_within_and_between_connections()
    {
        RequestId[] connections = [.. Enumerable.Range(0, 10).Select(_ => new RequestId())];
        string[] ids = [.. Enumerable.Range(0, 1000).Select(i => Choose(connections[i % 10], ""))];
        Assert.All(ids, id => Assert.Matches("^fg-[0-9a-f]{16}$", id));
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    private static string Choose(RequestId ids, string clients)
    {
        byte[] destination = new byte[RequestId.MaxLength];
        return Encoding.ASCII.GetString(destination, 0, ids.Choose(Encoding.Latin1.GetBytes(clients), destination));
    }
}

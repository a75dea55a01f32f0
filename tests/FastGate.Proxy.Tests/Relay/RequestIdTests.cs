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

    [Fact]
    public void Digits_of_new_ids_are_those_of_evenly_spaced_numbers()
    {
        var ids = new RequestId();
        Assert.Equal(16, Enumerable.Range(0, 2000).SelectMany(_ => Choose(ids, "")[3..]).Distinct().Count());

        // The digits are the number's: ids of a connection are one step apart.
        ulong first = Convert.ToUInt64(Choose(ids, "")[3..], 16);
        ulong second = Convert.ToUInt64(Choose(ids, "")[3..], 16);
        ulong third = Convert.ToUInt64(Choose(ids, "")[3..], 16);
        Assert.Equal(unchecked(second - first), unchecked(third - second));
    }

    private static string Choose(RequestId ids, string clients)
    {
        byte[] destination = new byte[RequestId.OwnLength];
        int length = ids.Choose(Encoding.Latin1.GetBytes(clients), ref destination);
        return Encoding.ASCII.GetString(destination, 0, length);
    }
}

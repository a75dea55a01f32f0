using System.Text;
using FastGate.Proxy.Catalog;

namespace FastGate.Proxy.Tests.Catalog;

public sealed class ModelListingTests
{
    [Theory]
    [InlineData("{\"object\":\"list\",\"data\":[{\"id\":\"a\",\"created\":5},{\"id\":\"b\"}]}", "a:5 b:0")]
    [InlineData("[{\"id\":\"a\",\"created\":5}]", "a:5")]
    [InlineData("{\"data\":[]}", "")]
    [InlineData("{\"data\":[{\"id\":7},{\"name\":\"x\"},\"y\",null,{\"id\":\"a\",\"created\":1.5e300},{\"id\":\"b\",\"created\":\"x\"}]}", "a:0 b:0")]
    [InlineData("{\"models\":[]}", null)]
    [InlineData("{\"data\":{}}", null)]
    [InlineData("\"a\"", null)]
    [InlineData("<html>", null)]
    [InlineData("", null)]
    public void List_is_read_leniently_and_anything_else_not_at_all(string body, string? expected)
    {
        System.Collections.Immutable.ImmutableArray<(string Id, long Created)>? models = ModelListing.Read(Encoding.UTF8.GetBytes(body));
        Assert.Equal(expected, models is { } list ? string.Join(' ', list.Select(model => $"{model.Id}:{model.Created}")) : null);
    }
}

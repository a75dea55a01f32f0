using System.Text;
using FastGate.Proxy.Lookup;

namespace FastGate.Proxy.Tests.Lookup;

public sealed class Utf8TableTests
{
    [Fact]
    public void Table_finds_what_a_dictionary_finds()
    {
        var random = new Random(20261121);
        var names = Enumerable.Range(0, 500).Select(_ => string.Concat(Enumerable.Range(0, random.Next(0, 6)).Select(_ => "abé/"[random.Next(4)]))).ToList();
        var oracle = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            oracle.TryAdd(name, name + "!");
        }

        var table = new Utf8Table<string>(oracle);
        for (int i = 0; i < 5000; i++)
        {
            string name = string.Concat(Enumerable.Range(0, random.Next(0, 7)).Select(_ => "abé/"[random.Next(4)]));
            Assert.Equal(oracle.GetValueOrDefault(name), table.Find(Encoding.UTF8.GetBytes(name)));
        }
    }

    [Fact]
    public void First_of_two_equal_names_stays() =>
        Assert.Equal("one", new Utf8Table<string>([new("a", "one"), new("a", "two")]).Find("a"u8));

    [Fact]
    public void Empty_table_finds_nothing()
    {
        Assert.Null(Utf8Table<string>.Empty.Find("a"u8));
        Assert.Null(Utf8Table<string>.Empty.Find(""u8));
    }

    [Fact]
    public void Names_are_told_apart_by_case_and_length()
    {
        var table = new Utf8Table<string>([new("ab", "1"), new("abc", "2"), new("AB", "3")]);
        Assert.Equal("1", table.Find("ab"u8));
        Assert.Equal("2", table.Find("abc"u8));
        Assert.Equal("3", table.Find("AB"u8));
        Assert.Null(table.Find("a"u8));
        Assert.Null(table.Find("aB"u8));
    }

    [Fact]
    public void Finding_allocates_nothing()
    {
        var table = new Utf8Table<string>([new("ab", "1")]);
        table.Find("ab"u8);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            table.Find("ab"u8);
            table.Find("zz"u8);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}

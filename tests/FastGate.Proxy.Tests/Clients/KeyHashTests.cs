using System.Security.Cryptography;
using System.Text;
using FastGate.Proxy.Clients;

namespace FastGate.Proxy.Tests.Clients;

public sealed class KeyHashTests
{
    // FIPS 180-4's examples (csrc.nist.gov, "SHA256.pdf"), and the empty message of the NIST test vectors.
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    [InlineData(
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1")]
    public void Published_examples_come_out(string message, string hash) => Assert.Equal(hash, Convert.ToHexStringLower(KeyHash.Of(message).AsSpan()));

    [Fact]
    public void Million_times_a_comes_out() =>
        Assert.Equal("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", Convert.ToHexStringLower(KeyHash.Of(new string('a', 1_000_000)).AsSpan()));

    // Every length around the blocks' ends, where the padding changes, and some longer ones.
    [Fact]
    public void Same_as_the_runtimes_for_every_length()
    {
        var random = new Random(180_4);
        Span<byte> hash = stackalloc byte[KeyHash.Length];
        for (int length = 0; length < 600; length++)
        {
            for (int i = 0; i < 4; i++)
            {
                byte[] message = new byte[length];
                random.NextBytes(message);
                hash.Fill(0xff);
                KeyHash.Write(message, hash);
                Assert.Equal(SHA256.HashData(message), hash.ToArray());
            }
        }
    }

    [Fact]
    public void Text_is_hashed_as_utf8() =>
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes("clé-🔑")), KeyHash.Of("clé-🔑"));

    [Fact]
    public void Hash_that_has_no_room_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => KeyHash.Write("key"u8, new byte[KeyHash.Length - 1]));
}

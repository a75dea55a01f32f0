using System.Collections.Immutable;
using System.Text.RegularExpressions;
using FastGate.Proxy.Clients;

namespace FastGate.Configuration.Reading;

/// <summary>A piece of text that must match a pattern.</summary>
/// <param name="typeName">What the reference calls it.</param>
/// <param name="expected">What to write, for messages.</param>
/// <param name="pattern">What it must match from end to end; shown in the schema.</param>
internal sealed class TextShape(string typeName, string expected, string pattern) : ScalarShape<string>
{
    // Built when first needed: an interpreter for a pattern no value is held against would only slow the start.
    private readonly Lazy<Regex> _pattern = new(() => new Regex($"^(?:{pattern})\\z", RegexOptions.CultureInvariant));

    public override string TypeName => typeName;

    protected override string Expected => expected;

    protected override string Pattern => pattern;

    public override string Format(string value) => value;

    protected override string? Parse(ScalarText text, out string? problem)
    {
        problem = _pattern.Value.IsMatch(text.Value) ? null : $"{(text.Value.Length == 0 ? "an empty text" : text.Shown)} will not do; write {expected}";
        return text.Value;
    }
}

/// <summary>A secret that is sent in a header: never shown, and made of characters a header can carry (RFC 9110 §5.5).</summary>
/// <param name="spaces">True for header values, which may have spaces and tabs inside; keys and tokens may not.</param>
internal sealed class SecretShape(bool spaces = false) : ScalarShape<Secret?>
{
    public override string TypeName => "secret";

    protected override string Expected => "a value, best as ${NAME} or ${file:PATH}";

    protected override string? Pattern => null;

    /// <summary>What is wrong with a secret, without showing it; null when nothing is.</summary>
    public static string? ProblemOf(string value, bool spaces)
    {
        if (value.Length == 0)
        {
            return "is empty; give it a value, best as ${NAME} or ${file:PATH}";
        }

        foreach (char c in value)
        {
            if (c is < '!' or > '~' && !(spaces && c is ' ' or '\t'))
            {
                return spaces
                    ? "contains a line break or another character that cannot be sent in a header; check where the value comes from"
                    : "contains a space, a line break or another character that no key has; check where the value comes from";
            }
        }

        return spaces && (value[0] is ' ' or '\t' || value[^1] is ' ' or '\t') ? "begins or ends with a space, which a header cannot carry; remove it" : null;
    }

    protected override Secret? Parse(ScalarText text, out string? problem)
    {
        problem = ProblemOf(text.Value, spaces);
        return problem is null ? new Secret(text.Value) : null;
    }
}

/// <summary>A client's key, of which only the SHA-256 is kept.</summary>
internal sealed class HashedSecretShape : ScalarShape<ImmutableArray<byte>>
{
    public override string TypeName => "secret";

    protected override string Expected => "a key, best as ${NAME} or ${file:PATH}";

    protected override string? Pattern => null;

    protected override ImmutableArray<byte> Parse(ScalarText text, out string? problem)
    {
        problem = SecretShape.ProblemOf(text.Value, spaces: false);
        return KeyHash.Of(text.Value);
    }
}

/// <summary>A SHA-256 in hexadecimal.</summary>
internal sealed class Sha256Shape : ScalarShape<ImmutableArray<byte>>
{
    public override string TypeName => "64 hexadecimal digits";

    protected override string Expected => "the SHA-256 of the key as 64 hexadecimal digits";

    protected override string Pattern => "[0-9a-fA-F]{64}";

    protected override ImmutableArray<byte> Parse(ScalarText text, out string? problem)
    {
        byte[] hash = new byte[KeyHash.Length];
        // The text is not shown: a key may have been put here by mistake.
        problem = text.Value.Length == 2 * KeyHash.Length && Convert.FromHexString(text.Value, hash, out _, out _) == System.Buffers.OperationStatus.Done
            ? null
            : "is not 64 hexadecimal digits; write the output of: printf %s \"$KEY\" | sha256sum";
        return [.. hash];
    }
}

/// <summary>The base of a provider's URLs: http or https, no query, fragment or credentials.</summary>
internal sealed class UrlShape : ScalarShape<Uri>
{
    public override string TypeName => "url";

    protected override string Expected => "a URL such as https://api.openai.com/v1";

    protected override string Pattern => "https?://[^@?#]+";

    public override string Format(Uri value) => Write(value);

    protected override Uri? Parse(ScalarText text, out string? problem)
    {
        // What may hold credentials is not shown.
        if (!Uri.TryCreate(text.Value, UriKind.Absolute, out Uri? url))
        {
            problem = "is not a URL; write it whole, for example https://api.openai.com/v1";
            return null;
        }

        problem = url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp ? $"begins with '{url.Scheme}:'; only http:// and https:// URLs are understood"
            : url.Host.Length == 0 ? "names no host; write it whole, for example https://api.openai.com/v1"
            : url.UserInfo.Length > 0 ? "contains a user name or password; remove it and use 'key' or 'headers'"
            : url.Query.Length > 0 ? "contains a query ('?...'); remove it, endpoint paths are appended to the URL"
            : url.Fragment.Length > 0 ? "contains a fragment ('#...'); remove it, endpoint paths are appended to the URL"
            : null;
        return problem is null ? new Uri(Write(url)) : null;
    }

    private static string Write(Uri url) => url.GetLeftPart(UriPartial.Path).TrimEnd('/');
}

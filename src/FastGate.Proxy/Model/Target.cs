using System.Text;
using System.Text.Encodings.Web;

namespace FastGate.Proxy.Model;

/// <summary>One model at one provider, as a route names it.</summary>
internal sealed class Target
{
    internal Target(Provider provider, string model)
    {
        Provider = provider;
        Model = model;
        Name = $"{provider.Name}/{model}";
        NameUtf8 = Encoding.UTF8.GetBytes(Name);
        ModelJson = Encoding.UTF8.GetBytes($"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(model)}\"");
        ModelUtf8 = Encoding.UTF8.GetBytes(model);
    }

    internal Provider Provider { get; }

    internal string Model { get; }

    /// <summary><c>provider/model</c>.</summary>
    internal string Name { get; }

    internal byte[] NameUtf8 { get; }

    /// <summary>The model as it stands in a multipart field.</summary>
    internal byte[] ModelUtf8 { get; }

    /// <summary>The model as a JSON string with its quotes.</summary>
    internal byte[] ModelJson { get; }
}

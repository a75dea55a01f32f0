using FastGate.Configuration.Reading;

namespace FastGate.Configuration.Keys;

/// <summary>The keys of an entry of <c>clients</c>.</summary>
internal static class ClientKeys
{
    public static readonly Section<ClientConfig> Section = new Section<ClientConfig>(
            "clients", "Who may call. With none listed, everyone who reaches a listener is let in.", new ClientConfig())
        .Key("name", new TextShape("name", "1 to 128 letters, digits, spaces or . _ - @ /, beginning with a letter or digit", @"[A-Za-z0-9][A-Za-z0-9 ._@/-]{0,127}"),
            c => c.Name, (c, v) => c with { Name = v },
            "What metrics and logs call the client; unique. Letters, digits, spaces and `. _ - @ /`.", required: true)
        .Key("key", new HashedSecretShape(), c => c.KeySha256, (c, v) => c with { KeySha256 = v },
            "The key the client sends; unique. Write it as `${NAME}` or `${file:PATH}`.", defaultNote: "this or `key_sha256`")
        .Key("key_sha256", new Sha256Shape(), c => c.KeySha256, (c, v) => c with { KeySha256 = v },
            "The SHA-256 of the key, so that the file holds no secret: `printf %s \"$KEY\" | sha256sum`.", defaultNote: "this or `key`")
        .Completed((client, written, path, reading) =>
        {
            if (written.Contains("key") == written.Contains("key_sha256"))
            {
                reading.Report(path, written.Contains("key") ? "has both 'key' and 'key_sha256'; keep one of them" : "has neither 'key' nor 'key_sha256'; add one of them");
            }

            return client;
        });
}

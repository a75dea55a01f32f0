using FastGate.Configuration.Reading;

namespace FastGate.Configuration.Keys;

/// <summary>The keys of what a route does with answers given before, of its last resort, and of <c>stores</c>.</summary>
internal static class AnswerKeys
{
    private const long KiB = 1024;
    private const long MiB = 1024 * KiB;
    private const long GiB = 1024 * MiB;

    private static readonly DurationShape Age = new(TimeSpan.Zero, TimeSpan.FromDays(30));

    /// <summary>Idempotency keys.</summary>
    public static readonly Section<IdempotencyConfig> Idempotency = new Section<IdempotencyConfig>(
            "routes.NAME.idempotency", "What is done with requests that are sent again under the same `Idempotency-Key`.", new IdempotencyConfig())
        .Key("ttl", Age, i => i.Ttl, (i, v) => i with { Ttl = v },
            "How long an answer is kept for repetitions of its request; `0`: keys are not looked at.")
        .Key("auto", new SwitchShape(), i => i.Auto, (i, v) => i with { Auto = v },
            "Whether requests without a key get one made of client, path and content, so that the same request is the same wherever it comes from.");

    /// <summary>Cache-first.</summary>
    public static readonly Section<CacheConfig> Cache = new Section<CacheConfig>(
            "routes.NAME.cache", "Stored answers that are given instead of asking a provider, to the same client asking the same.", new CacheConfig())
        .Key("ttl", Age, c => c.Ttl, (c, v) => c with { Ttl = v },
            "How old such an answer may be; `0`: none is given.");

    private static readonly Section<ManualConfig> Manual = new Section<ManualConfig>(
            "routes.NAME.last_resort.manual", "A fixed answer in the shape the client expects, as a stream if it asked for one.", new ManualConfig())
        .Key("status", new StatusShape(), m => m.Status, (m, v) => m with { Status = v },
            "`200`, or a status from 400 on: then the content is the message of an error.")
        .Key("content", new ContentShape(), m => m.Content, (m, v) => m with { Content = v },
            "The text. `{route}`, `{reason}` and `{request_id}` in it are replaced.", required: true)
        .OrJust("content");

    private static readonly Section<WebhookConfig> Webhook = new Section<WebhookConfig>(
            "routes.NAME.last_resort.webhook", "Somebody who is asked for an answer before the manual one is given.", new WebhookConfig())
        .Key("url", new UrlShape(), w => w.Url, (w, v) => w with { Url = v },
            "Where the facts of the request are posted to, as JSON.", required: true)
        .Key("timeout", new DurationShape(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10)), w => w.Timeout, (w, v) => w with { Timeout = v },
            "How long the answer may take.")
        .Key<Secret?>("key", new SecretShape(), w => w.Key, (w, v) => w with { Key = v },
            "Sent as `Authorization: Bearer`. Write it as `${NAME}` or `${file:PATH}`.", defaultNote: "none: nothing is sent")
        .Key("include_request", new SwitchShape(), w => w.IncludeRequest, (w, v) => w with { IncludeRequest = v },
            "Whether the client's JSON request is among the facts.")
        .OrJust("url");

    /// <summary>The last resort.</summary>
    public static readonly Section<LastResortConfig> LastResort = new Section<LastResortConfig>(
            "routes.NAME.last_resort", "What is answered when no target could answer, in this order: a stored answer, what the webhook says, the manual answer, the error.", new LastResortConfig())
        .Key("cache", Age, l => l.Cache, (l, v) => l with { Cache = v },
            "How old a stored answer to the same request may be that is given then; `0`: none is.")
        .Key("webhook", new OptionalShape<WebhookConfig>(Webhook.AsShape(), () => new WebhookConfig()), l => l.Webhook, (l, v) => l with { Webhook = v },
            "Who is asked.", defaultNote: "nobody")
        .Key("manual", new OptionalShape<ManualConfig>(Manual.AsShape(), () => new ManualConfig()), l => l.Manual, (l, v) => l with { Manual = v },
            "A fixed answer.", defaultNote: "none: the error of the first target");

    private static readonly Section<IdempotencyStoreConfig> IdempotencyStore = new Section<IdempotencyStoreConfig>(
            "stores.idempotency", "What is kept for idempotency keys, in memory. The oldest answers go first; a request for which there is no room is served without being remembered.", new IdempotencyStoreConfig())
        .Key("entries", new NumberShape(1, 10_000_000), i => i.Entries, (i, v) => i with { Entries = v ?? i.Entries },
            "Keys at most, those of running requests included.")
        .Key("bytes", new LargeSizeShape(MiB, 64 * GiB), i => i.Bytes, (i, v) => i with { Bytes = v },
            "All answers together.")
        .Key("answer", new SizeShape((int)(4 * KiB), (int)GiB), i => i.Answer, (i, v) => i with { Answer = v },
            "One answer; a larger one reaches its client but cannot be repeated.");

    private static readonly Section<AnswerStoreConfig> AnswerStore = new Section<AnswerStoreConfig>(
            "stores.answers", "Answers stored for `cache` and `last_resort.cache`. Read at start only.", new AnswerStoreConfig())
        .Key("bytes", new LargeSizeShape(MiB, 256 * GiB), a => a.Bytes, (a, v) => a with { Bytes = v },
            "Memory they may take; it is taken as they come.")
        .Key<string?>("path", _ => new OptionalShape<string>(new DatabasePathShape(), () => ""), a => a.Path, (a, v) => a with { Path = v },
            "The SQLite database in which they are kept as well, so that they survive a restart. It is made if it is not there; its folder must be.", defaultNote: "none: in memory only")
        .Key("disk_bytes", new LargeSizeShape(MiB, 1024 * GiB), a => a.DiskBytes, (a, v) => a with { DiskBytes = v },
            "Answers in the database; the oldest go first.");

    /// <summary>The bounds of what is remembered.</summary>
    public static readonly Section<StoresConfig> Stores = new Section<StoresConfig>("stores", "The bounds of what is remembered of answers, all routes together.", new StoresConfig())
        .Key("idempotency", IdempotencyStore.AsShape(), s => s.Idempotency, (s, v) => s with { Idempotency = v },
            "What is kept for idempotency keys.")
        .Key("answers", AnswerStore.AsShape(), s => s.Answers, (s, v) => s with { Answers = v },
            "Stored answers.");

    /// <summary>Any text but an empty one.</summary>
    private sealed class ContentShape : ScalarShape<string>
    {
        public override string TypeName => "text";

        protected override string Expected => "a text";

        protected override string? Pattern => null;

        public override string Format(string value) => value;

        protected override string? Parse(ScalarText text, out string? problem)
        {
            problem = text.Value.Length == 0 ? "is empty; write what clients are to read" : null;
            return text.Value;
        }
    }

    /// <summary>The status of a fixed answer.</summary>
    private sealed class StatusShape : ScalarShape<int>
    {
        public override string TypeName => "`200`, or a number, 400 to 599";

        protected override string Expected => "200, or a status from 400 to 599";

        protected override string Pattern => "200|[45][0-9][0-9]";

        public override string Format(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

        public override void WriteDefault(System.Text.Json.Utf8JsonWriter json, int value) => json.WriteNumberValue(value);

        public override void WriteSchema(System.Text.Json.Utf8JsonWriter json) => SchemaText.WriteTypeOrSubstitution(json, type => type.WriteString("type", "integer"));

        protected override int Parse(ScalarText text, out string? problem)
        {
            problem = int.TryParse(text.Value, out int status) && status is 200 or (>= 400 and <= 599) ? null : $"{text.Shown} is not {Expected}";
            return status;
        }
    }

    /// <summary>Where a database is or will be; relative to the configuration file.</summary>
    private sealed class DatabasePathShape : ScalarShape<string>
    {
        public override string TypeName => "path";

        protected override string Expected => "the path of a file";

        protected override string? Pattern => null;

        protected override string? Parse(ScalarText text, out string? problem)
        {
            problem = text.Value.Length == 0 ? "is empty; write the path of a file, such as /var/lib/fastgate/answers.db" : null;
            return text.Value;
        }

        protected override string Accept(string value, Yaml.ConfigNode node, string path, ConfigReading reading, out string? problem)
        {
            string full = reading.FullPath(value);
            string? folder = Path.GetDirectoryName(full);
            problem = Directory.Exists(full) ? $"{full} is a folder; write the path of a file in it"
                : folder is not null && !Directory.Exists(folder) ? $"there is no folder {folder}; make it, or write another path"
                : null;
            return full;
        }
    }
}

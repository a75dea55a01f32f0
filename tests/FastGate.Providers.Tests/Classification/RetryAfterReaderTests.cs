using System.Globalization;
using System.Text;
using FastGate.Protocol.Http;
using FastGate.Providers.Classification;

namespace FastGate.Providers.Tests.Classification;

public sealed class RetryAfterReaderTests
{
    private const double None = -1;
    private const double Day = 86400;

    [Theory]
    [InlineData("5", 5)]
    [InlineData("0", 0)]
    [InlineData("1.5", 1.5)]
    [InlineData("0.0000001", 0.0000001)]
    [InlineData("2.", None)]
    [InlineData(" 7 ", 7)]
    [InlineData("86400", Day)]
    [InlineData("86401", Day)]
    [InlineData("999999999999999999999999", None)]
    [InlineData("-1", None)]
    [InlineData("", None)]
    [InlineData("soon", None)]
    [InlineData("5 minutes", None)]
    [InlineData("5s", 5)]
    [InlineData("Sat, 21 Nov 2026 08:00:30 GMT", 30)]
    [InlineData("Sat, 21 Nov 2026 07:59:30 GMT", 0)]
    [InlineData("Mon, 23 Nov 2026 08:00:00 GMT", Day)]
    [InlineData("Saturday, 21-Nov-26 08:00:30 GMT", 30)]
    [InlineData("Sat Nov 21 08:00:30 2026", 30)]
    [InlineData("2026-11-21T08:00:30Z", 30)]
    [InlineData("1795248030", 30)]
    [InlineData("1795248030.5", 30.5)]
    [InlineData("1795248030000", 30)]
    public void Retry_after_is_read_in_every_form(string value, double seconds)
    {
        Assert.Equal(Wait(seconds), RetryAfterReader.Read(Heads.Of(503, $"Retry-After: {value}"), Heads.Now));
    }

    [Theory]
    [InlineData("250", 0.25)]
    [InlineData("0.5", 0.0005)]
    [InlineData("99999999999", Day)]
    [InlineData("-5", 9)]
    [InlineData("5s", 9)]
    [InlineData("", 9)]
    public void Milliseconds_come_before_seconds_where_they_can_be_read(string value, double seconds)
    {
        Assert.Equal(Wait(seconds), RetryAfterReader.Read(Heads.Of(429, "Retry-After: 9", $"retry-after-ms: {value}"), Heads.Now));
    }

    [Theory]
    [InlineData("1s", 1)]
    [InlineData("6m0s", 360)]
    [InlineData("120ms", 0.12)]
    [InlineData("1h2m3.5s", 3723.5)]
    [InlineData("7.66s", 7.66)]
    [InlineData("2m59.56s", 179.56)]
    [InlineData("500us", 0.0005)]
    [InlineData("500µs", 0.0005)]
    [InlineData("1ms300ns", 0.001)]
    [InlineData("2d", Day)]
    [InlineData("999999999999999999h999999999999999999h", Day)]
    [InlineData("33011.382867", 33011.382867)]
    [InlineData("\"10\"", 10)]
    [InlineData("1s2", None)]
    [InlineData("1x", None)]
    [InlineData("ms", None)]
    public void Reset_is_read_in_every_form(string value, double seconds)
    {
        byte[] latin1OfUtf8 = Encoding.UTF8.GetBytes($"x-ratelimit-reset-requests: {value}");
        Assert.Equal(Wait(seconds), RetryAfterReader.Read(Heads.Of(429, Encoding.Latin1.GetString(latin1OfUtf8)), Heads.Now));
    }

    [Theory]
    [InlineData(30, "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 30s")]
    [InlineData(30, "x-ratelimit-reset-tokens: 30s")]
    [InlineData(None, "x-ratelimit-remaining-tokens: 5", "x-ratelimit-reset-tokens: 30s")]
    [InlineData(None, "x-ratelimit-remaining-tokens: 0")]
    [InlineData(40, "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 30s", "x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-requests: 40s")]
    [InlineData(30, "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 30s", "x-ratelimit-remaining-requests: 1", "x-ratelimit-reset-requests: 40s")]
    [InlineData(30, "x-ratelimit-reset-requests: 40s", "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 30s")]
    [InlineData(40, "x-ratelimit-reset-requests: 40s", "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: never")]
    [InlineData(60, "anthropic-ratelimit-input-tokens-remaining: 0", "anthropic-ratelimit-input-tokens-reset: 2026-11-21T08:01:00Z")]
    [InlineData(60, "anthropic-ratelimit-input-tokens-remaining: 0", "anthropic-ratelimit-input-tokens-reset: 2026-11-21T09:01:00.000+01:00")]
    [InlineData(12, "RateLimit-Limit: 100", "RateLimit-Remaining: 0", "RateLimit-Reset: 12")]
    [InlineData(30, "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1795248030000")]
    [InlineData(8, "Retry-After: 8", "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 30s")]
    [InlineData(30, "Retry-After: later", "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 30s")]
    [InlineData(None, "x-ratelimits-reset-tokens: 30s", "x-ratelimit-policy-reset: x", "x-request-reset: 30s")]
    public void Of_a_429_the_exhausted_limits_count(double seconds, params string[] lines)
    {
        Assert.Equal(Wait(seconds), RetryAfterReader.Read(Heads.Of(429, lines), Heads.Now));
    }

    [Fact]
    public void Resets_say_nothing_with_another_status()
    {
        Assert.Null(RetryAfterReader.Read(Heads.Of(503, "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 30s"), Heads.Now));
        Assert.Null(RetryAfterReader.Read(Heads.Of(200, "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 30s"), Heads.Now));
    }

    [Fact]
    public void Every_moment_is_read_in_all_forms_of_http()
    {
        const int seed = 9110;
        var random = new Random(seed);
        for (int i = 0; i < 5000; i++)
        {
            DateTimeOffset moment = Heads.Now.AddSeconds(random.Next(-1_500_000_000, 1_500_000_000));
            string[] forms =
            [
                moment.ToString("ddd, dd MMM yyyy HH:mm:ss 'GMT'", CultureInfo.InvariantCulture),
                moment.ToString("dddd, dd-MMM-yy HH:mm:ss 'GMT'", CultureInfo.InvariantCulture),
                moment.ToString("ddd MMM ", CultureInfo.InvariantCulture) + moment.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2) + moment.ToString(" HH:mm:ss yyyy", CultureInfo.InvariantCulture),
            ];
            foreach (string form in forms)
            {
                Assert.True(HttpDate.TryParse(Encoding.ASCII.GetBytes(form), Heads.Now, out DateTimeOffset read), form);
                Assert.True(moment == read, $"seed {seed}: {form} read as {read:O}");
            }

            string rfc3339 = moment.ToOffset(TimeSpan.FromMinutes(random.Next(-800, 800))).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
            Assert.True(HttpDate.TryParseRfc3339(Encoding.ASCII.GetBytes(rfc3339), out DateTimeOffset at) && at == moment, $"seed {seed}: {rfc3339}");
        }
    }

    [Theory]
    [InlineData("Sat, 21 Nov 2026 08:00:30")]
    [InlineData("Sat, 31 Nov 2026 08:00:30 GMT")]
    [InlineData("Sat, 21 Now 2026 08:00:30 GMT")]
    [InlineData("Sat, 21 Nov 2026 24:00:30 GMT")]
    [InlineData("Sat, 21 Nov 2026 08:60:30 GMT")]
    [InlineData("Sat, 21 Nov 2026 08:00:61 GMT")]
    [InlineData("Sat, 2x Nov 2026 08:00:30 GMT")]
    [InlineData("Sat, 21 Nov 2026 08-00-30 GMT")]
    [InlineData("Sat,21 Nov 2026 08:00:30 GMT")]
    [InlineData("Sat Nov 21 08:00:30 0000")]
    [InlineData(", GMT")]
    [InlineData(",")]
    [InlineData("0001-01-01T00:00:00+23:59")]
    [InlineData("9999-12-31T23:59:59-23:59")]
    [InlineData("2026-11-21T08:00:30")]
    [InlineData("2026-11-21T08:00:30+0100")]
    [InlineData("2026-11-21T08:00:30+24:00")]
    [InlineData("2026-13-21T08:00:30Z")]
    [InlineData("2026-11-21T08:00:30.Zx")]
    public void Text_that_is_no_date_is_passed_over(string text)
    {
        Assert.Null(RetryAfterReader.Read(Heads.Of(503, $"Retry-After: {text}"), Heads.Now));
    }

    [Fact]
    public void Leap_second_is_taken_for_the_one_before()
    {
        Assert.Equal(TimeSpan.FromSeconds(59), RetryAfterReader.Read(Heads.Of(503, "Retry-After: Sat, 21 Nov 2026 08:00:60 GMT"), Heads.Now));
    }

    [Fact]
    public void Any_text_is_read_or_passed_over()
    {
        const int seed = 5;
        var random = new Random(seed);
        const string letters = "0123456789.,:-+ TZGMThmsunSatNov\"µ";
        for (int i = 0; i < 50_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => letters[random.Next(letters.Length)]));
            bool read = DelayText.TryParse(Encoding.UTF8.GetBytes(text), Heads.Now, out TimeSpan delay);
            Assert.True(!read || (delay >= TimeSpan.Zero && delay <= DelayText.Longest), $"seed {seed}: {text} read as {delay}");
        }
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        ResponseHead[] heads =
        [
            Heads.Of(503, "Retry-After: 5"),
            Heads.Of(503, "Retry-After: Sat, 21 Nov 2026 08:00:30 GMT"),
            Heads.Of(429, "retry-after-ms: 5"),
            Heads.Of(429, "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 6m0s", "anthropic-ratelimit-requests-reset: 2026-11-21T08:00:30Z"),
            Heads.Of(429),
        ];
        long read = 0;
        void Round()
        {
            foreach (ResponseHead head in heads)
            {
                read += RetryAfterReader.Read(head, Heads.Now) is null ? 0 : 1;
                read += RateLimitRoomReader.Read(head, Heads.Now).IsKnown ? 1 : 0;
            }
        }

        Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Round();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(5 * 1001, read);
    }

    private static TimeSpan? Wait(double seconds) => seconds < 0 ? null : new TimeSpan((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
}

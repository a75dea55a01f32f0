namespace FastGate.Load.CommandLine;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    public const string All = """
        fastgate-load run       load on a target, measured from the intended start of every request (default command)
        fastgate-load upstream  a fixed OpenAI-compatible provider to put behind what is measured
        fastgate-load compare   proxies side by side; see bench/compare/run.sh
        fastgate-load gate      the binary's cost against bench/compare/gates.json; takes compare's options
        fastgate-load render    the page and the charts of a comparison's results, once more

        run
          --target URL          http or https
          --path PATH           default: the URL's path, or /v1/chat/completions
          --rate N/s            open loop: requests start on schedule; when every connection is busy they wait, and the wait counts
          --closed              closed loop: every connection sends as soon as it has its answer
          --streams N           closed loop of N event streams at once
          --stream              answers are server-sent events: first token, gaps, completeness
          --connections N       default 64 with --rate, 32 with --closed
          --duration D          measured window, default 10s          --warmup D   before it, default 1s
          --timeout D           per request, default 10s
          --body-bytes N        size of the chat request, default 430
          --body-file FILE      send this instead                     --get        send a GET
          --model NAME          default bench/gpt-4o-mini
          --header 'k: v'       may be repeated
          --insecure            accept any certificate
          --pid PID             CPU per request or event and memory of this process; may be repeated
          --threads N           event loop threads, default 1
          --json FILE           the whole report
        Durations: 250us 20ms 2s 5m. Exit code 0 when the run ran (errors are counted in the report), 1 when it could not, 2 for a bad command line.

        upstream
          --listen ADDR:PORT    default 127.0.0.1:0; the address is the first line printed
          --delay D             before every answer
          --body-bytes N        of a completion, default 420
          --events N            content events of a stream, default 100
          --event-bytes N       of one, default 200
          --event-interval D    between them, default 0
          --threads N           event loop threads, default 1

        compare
          --scenarios FILE      what to measure (bench/compare/scenarios.json)
          --scenario NAME       only these, part of a name is enough; may be repeated
          --proxy NAME          only these of floor, haproxy, nginx, gateway, portkey and the variants; may be repeated
          --full                the extended scenarios, too
          --quick               2 short rounds: a smoke test
          --rounds N            default 5
          --continue FILE       results of an interrupted run: measure only what is missing in them
          --assets DIR          configurations (bench/compare)
          --gateway FILE        default artifacts/fastgate
          --floor FILE          the C floor
          --portkey DIR         the npm package of Portkey's gateway
          --out DIR             default perf-results; artifacts/compare with --quick, --scenario or --proxy
          --commit HASH         what the results are of

        render
          --results FILE        JSON of a comparison; the page and charts are written beside it
          --assets DIR          where the notes on method are (bench/compare)
        """;
}

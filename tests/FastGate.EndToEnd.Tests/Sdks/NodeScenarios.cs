namespace FastGate.EndToEnd.Tests.Sdks;

/// <summary>The scenarios in <c>clients/scenarios</c>, by library; those after <c>+</c> are about the gateway alone.</summary>
internal static class NodeScenarios
{
    private static readonly Dictionary<string, string> All = new()
    {
        ["openai"] = """
            chat stream_equals_unary stream_with_usage stream_helper several_choices tools tools_streamed structured_output vision vision_of_8_megabytes
            chunked_upload megabytes_come_back legacy_completions embeddings models model_with_a_slash responses responses_streamed moderations transcription
            speech error_400 error_401 error_404 error_429 error_500 retry_of_the_client abort_in_mid_stream abort_before_the_answer cut_stream_is_an_error
            streams_200_at_once + route error_413
            """,
        ["ai"] = """
            chat stream_equals_unary tools tools_streamed tool_loop structured_output vision embeddings responses responses_streamed transcription error_400
            error_401 error_404 error_429 error_500 error_500_of_a_stream abort_in_mid_stream streams_200_at_once
            """,
        ["langchain"] = """
            chat stream_equals_unary tools tools_streamed structured_output vision embeddings responses error_400 context_overflow error_401 error_404 error_429
            error_500 abort_in_mid_stream streams_200_at_once
            """,
    };

    public static IEnumerable<string> Libraries => All.Keys;

    public static string[] Of(string library, Way way)
    {
        string[] names = All[library].Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        int plus = Array.IndexOf(names, "+");
        return plus < 0 ? names : way == Way.Direct ? names[..plus] : [.. names[..plus], .. names[(plus + 1)..]];
    }
}

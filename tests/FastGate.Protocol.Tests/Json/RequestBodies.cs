namespace FastGate.Protocol.Tests.Json;

/// <summary>Bodies as the SDKs send them, and some that try the corners.</summary>
internal static class RequestBodies
{
    public const string Chat =
        """
        {"model":"gpt-4o","messages":[{"role":"system","content":"You are \"helpful\".\n"},{"role":"user","content":"Grüße 👋"}],"stream":true,
         "stream_options":{"include_usage":true},"max_tokens":256,"temperature":0.7,"user":"u-1","metadata":{"team":"a","n":{"model":1}}}
        """;

    public const string Responses =
        """
        { "input" : [ { "role" : "user" , "content" : [ { "type" : "input_image", "image_url" : "data:image/png;base64,AAAA" } ] } ],
          "instructions" : "short", "mod\u0065l" : "o\u0073\ud83d\ude00", "max_output_tokens" : 16, "stream" : null, "n" : 2, "tools" : [ ] }
        """;

    public const string Fallbacks =
        """{"prompt":["a","b"],"model":"chat","fallbacks":["a/b","c/d"],"models":null,"n":1,"response_format":{"type":"json_object"},"audio":null}""";

    public const string Numbers =
        """{"a":[0,-0,1.5,-2e10,3E-2,4.5e+6,true,false,null,"",{},[]],"max_tokens":1e3,"max_completion_tokens":77,"stream_options":{"x":[{}]}}""";

    public static readonly string[] All = [Chat, Responses, Fallbacks, Numbers];
}

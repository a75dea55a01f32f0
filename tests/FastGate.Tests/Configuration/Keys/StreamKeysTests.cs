using FastGate.Configuration;
using FastGate.Proxy.Model;

namespace FastGate.Tests.Configuration.Keys;

public class StreamKeysTests
{
    private readonly ConfigText _config = new();

    [Fact]
    public void Broken_streams_are_continued_unless_a_route_says_otherwise()
    {
        GatewayConfig config = _config.Valid($$"""
            {{ConfigText.OneProvider}}
            defaults: { stream: { continue: replay } }
            routes:
              as-defaults: { targets: [openai/m] }
              off: { targets: [openai/m], stream: { continue: off } }
              auto: { targets: [openai/m], stream: { continue: auto } }
            """);

        Assert.Equal([StreamContinuation.Replay, StreamContinuation.Off, StreamContinuation.Auto], config.Routes.Select(route => route.Policy.Stream.Continue));
        Assert.Equal(StreamContinuation.Auto, _config.Valid(ConfigText.OneProvider).Defaults.Stream.Continue);
    }

    [Theory]
    [InlineData("continue: yes", "routes.chat.stream.continue: 'yes' is no way to continue; there are auto, replay, off")]
    [InlineData("continues: auto", "routes.chat.stream.continues: unknown key 'continues'; did you mean 'continue'?")]
    public void Mistakes_are_explained(string stream, string expected) =>
        Assert.Contains(expected, _config.Error($"{ConfigText.OneProvider}routes: {{ chat: {{ targets: [openai/m], stream: {{ {stream} }} }} }}\n"));
}

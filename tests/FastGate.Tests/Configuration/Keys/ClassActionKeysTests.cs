using FastGate.Configuration;
using FastGate.Configuration.Keys;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;

namespace FastGate.Tests.Configuration.Keys;

public class ClassActionKeysTests
{
    private readonly ConfigText _config = new();

    [Fact]
    public void There_is_a_key_for_every_class_that_can_be_rerouted() =>
        Assert.Equal(
            Enum.GetValues<FailureClass>().Where(failure => failure is not (FailureClass.None or FailureClass.BadRequest)).Select(FailureClasses.Name),
            ClassActionKeys.Section.Keys.Select(key => key.Name));

    [Theory]
    [InlineData("next", ClassActionKind.Next)]
    [InlineData("stop", ClassActionKind.Stop)]
    [InlineData("'${ACTION}'", ClassActionKind.Stop)]
    [InlineData("openai/m", ClassActionKind.Chain, "openai/m")]
    [InlineData("{ target: openai/m }", ClassActionKind.Chain, "openai/m")]
    [InlineData("[openai/m, { target: spare, when: { path: x } }]", ClassActionKind.Chain, "openai/m", "spare")]
    [InlineData("[next]", ClassActionKind.Chain, "next")]
    public void An_action_is_a_word_or_a_chain(string action, object kind, params string[] chain)
    {
        GatewayConfig config = _config.Variable("ACTION", "stop").Valid($$"""
            {{ConfigText.OneProvider}}
            groups: { spare: { targets: [openai/s] }, next: { targets: [openai/n] } }
            routes: { chat: { targets: [openai/a], on: { upstream_5xx: {{action}} } } }
            """);
        ClassActionDefinition read = config.Routes[0].ToDefinition().On[FailureClass.Upstream5xx];

        Assert.Equal(kind, read.Kind);
        Assert.Equal(chain, read.Chain.Select(member => member.Name));
    }

    [Theory]
    [InlineData("bad_request: next", "5:11: routes.chat.on.bad_request: cannot be rerouted: the request itself is wrong, and its error goes straight back; remove it")]
    [InlineData("rate_limit: next", "5:11: routes.chat.on.rate_limit: unknown key 'rate_limit'; did you mean 'rate_limited'?")]
    [InlineData("none: next", "5:11: routes.chat.on.none: unknown key 'none'; the keys known here are connect, reset, ")]
    [InlineData("stall:", "5:18: routes.chat.on.stall: has no value; write next, stop, or the targets to go on with, or remove the key")]
    [InlineData("stall: []", "5:18: routes.chat.on.stall: is an empty list")]
    [InlineData("stall: nxet", "5:18: routes.chat.on.stall: there is no group or route 'nxet'; a target is written provider/model")]
    [InlineData("stall: [stop]", "5:19: routes.chat.on.stall[0]: there is no group or route 'stop'; for the action of that name write it alone, without a list: stop")]
    [InlineData("stall: [openai/m, opnai/m]", "5:29: routes.chat.on.stall[1]: there is no provider 'opnai'; did you mean 'openai'?")]
    [InlineData("stall: { target: opnai/m }", "5:28: routes.chat.on.stall.target: there is no provider 'opnai'")]
    [InlineData("stall: [{ target: openai/m, weight: x }]", "5:47: routes.chat.on.stall[0].weight: 'x' is not a number above 0")]
    [InlineData("stall: [openai/m, chat]", "5:29: routes.chat.on.stall[1]: the groups form a cycle, chat -> chat: take one of them out")]
    public void Mistakes_are_explained(string on, string expected) =>
        Assert.StartsWith(expected, _config.Error($"{ConfigText.OneProvider}routes:\n  chat:\n    targets: [a, b]\n    on: {{ {on} }}\ngroups: {{ a: {{ targets: [openai/x] }}, b: {{ targets: [openai/y] }} }}\n"));

    [Fact]
    public void A_mistake_in_the_defaults_is_reported_there_and_once() =>
        Assert.Equal(
            "1:46: defaults.on.content_policy[1]: there is no provider 'opnai'; did you mean 'openai'? configured: openai",
            _config.Error($$"""
                defaults: { on: { content_policy: [openai/a, opnai/m] } }
                routes: { a: { targets: [openai/m] }, b: { targets: [openai/m] } }
                {{ConfigText.OneProvider}}
                """));
}

using FastGate.Routing.Outcomes;

namespace FastGate.Routing.Tests.Outcomes;

public sealed class FailureClassesTests
{
    [Fact]
    public void Every_class_has_the_name_of_the_contract_and_is_found_by_it()
    {
        string[] names =
        [
            "connect", "reset", "timeout", "slow_first_token", "stall", "stream_cut", "upstream_5xx", "rate_limited", "auth",
            "context_window", "content_policy", "model_not_found", "not_supported", "bad_request", "malformed", "guardrail", "quality", "budget",
        ];
        Assert.Equal(names, Enum.GetValues<FailureClass>().Where(c => c != FailureClass.None).Select(FailureClasses.Name));
        foreach (string name in names)
        {
            Assert.True(FailureClasses.TryParse(name, out FailureClass failure));
            Assert.Equal(name, FailureClasses.Name(failure));
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("Connect")]
    [InlineData("")]
    public void Other_names_are_no_class(string name) => Assert.False(FailureClasses.TryParse(name, out _));

    [Theory]
    [InlineData(FailureClass.BadRequest)]
    [InlineData(FailureClass.Auth)]
    [InlineData(FailureClass.ContextWindow)]
    [InlineData(FailureClass.ContentPolicy)]
    [InlineData(FailureClass.ModelNotFound)]
    [InlineData(FailureClass.NotSupported)]
    [InlineData(FailureClass.Guardrail)]
    [InlineData(FailureClass.Quality)]
    [InlineData(FailureClass.Budget)]
    public void A_refusal_is_not_ill_health(FailureClass failure) => Assert.Equal(HealthSignal.Neutral, FailureClasses.Signal(failure));
}

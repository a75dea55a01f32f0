using FastGate.Configuration.Substitution;

namespace FastGate.Tests.Configuration.Substitution;

public class ValueSubstitutionTests
{
    private readonly ConfigText _surroundings = new ConfigText()
        .Variable("NAME", "value")
        .Variable("EMPTY", "")
        .Variable("NESTED", "${NAME}$$")
        .File("/run/secrets/key", "from-file\r\n\n")
        .File("/etc/fastgate/near", "relative");

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("${NAME}", "value")]
    [InlineData("a-${NAME}-${NAME}-b", "a-value-value-b")]
    [InlineData("${EMPTY}", "")]
    [InlineData("${NAME:-other}", "value")]
    [InlineData("${MISSING:-other}", "other")]
    [InlineData("${EMPTY:-other}", "other")]
    [InlineData("${MISSING:-}", "")]
    [InlineData("${MISSING:-a:-b c}", "a:-b c")]
    [InlineData("${file:/run/secrets/key}", "from-file")]
    [InlineData("${file:near}", "relative")]
    [InlineData("$${NAME}", "${NAME}")]
    [InlineData("$$$${NAME}", "$${NAME}")]
    [InlineData("$$${NAME}", "$value")]
    [InlineData("a$b", "a$b")]
    [InlineData("cost: $5 $", "cost: $5 $")]
    [InlineData("$$", "$")]
    [InlineData("${NESTED}", "${NAME}$$")]
    public void Values_are_put_in(string text, string expected)
    {
        Assert.Equal(expected, Substitution().Replace(text, out string? problem));
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("${MISSING}", "needs the environment variable MISSING, which is not set; set it, or write ${MISSING:-default}")]
    [InlineData("${file:/nope}", "needs the file /nope, which does not exist; create it or correct the path")]
    [InlineData("${file:}", "has a '${file:}' without a path; write ${file:/run/secrets/name}")]
    [InlineData("a ${NAME", "has '${' without a '}'; close it, or write '$${' for a literal '${'")]
    [InlineData("${}", "has a '${...}' that names no variable; write ${NAME}, ${NAME:-default} or ${file:PATH}, or '$${' for a literal '${'")]
    [InlineData("${1A}", "has a '${...}' that names no variable; write ${NAME}, ${NAME:-default} or ${file:PATH}, or '$${' for a literal '${'")]
    [InlineData("${NAME:-${OTHER}}", "has a '${...}' inside the default of ${NAME}; a default is plain text")]
    public void What_cannot_be_put_in_is_explained(string text, string expected)
    {
        Substitution().Replace(text, out string? problem);

        Assert.Equal(expected, problem);
    }

    [Fact]
    public void A_missing_variable_is_reported_at_the_key_that_needs_it() =>
        Assert.Equal(
            "1:29: providers.openai.key: needs the environment variable MISSING, which is not set; set it, or write ${MISSING:-default}",
            _surroundings.Error("providers: { openai: { key: \"${MISSING}\" } }\n"));

    private ValueSubstitution Substitution() => new(_surroundings, _surroundings, "/etc/fastgate");
}

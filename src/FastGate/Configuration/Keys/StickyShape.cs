using FastGate.Configuration.Reading;
using FastGate.Routing.Conditions;

namespace FastGate.Configuration.Keys;

/// <summary>The fact requests are held together by, in the words of conditions.</summary>
internal sealed class StickyShape : ScalarShape<string>
{
    private const string Choices = "headers.<name>, params.<key> or metadata.<key>";

    public override string TypeName => "`headers.NAME`, `params.PATH` or `metadata.PATH`";

    protected override string Expected => "a fact such as headers.x-session-id";

    protected override string Pattern => @"(headers|params|metadata)\..+";

    public override string Format(string value) => value;

    protected override string? Parse(ScalarText text, out string? problem)
    {
        string path = text.Value;
        if (path.StartsWith("headers.", StringComparison.Ordinal) || path.StartsWith("params.", StringComparison.Ordinal) || path.StartsWith("metadata.", StringComparison.Ordinal))
        {
            // A condition on the fact is right exactly when its path is.
            List<ConditionError> errors = [];
            Condition.Compile(ConditionValue.OfMap([KeyValuePair.Create(path, ConditionValue.Of(""))]), "", errors);
            problem = errors.Count == 0 ? null : $"{text.Shown} has an empty key; remove the extra dot, or write a dot inside a key as \\.";
            return path;
        }

        problem = $"{text.Shown} is nothing requests can be held together by; write {Choices}";
        return null;
    }
}

using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace FastGate.Benchmarks.Gate;

/// <summary>One call of one benchmark method.</summary>
/// <param name="Name">Class and method, as in the file of expectations.</param>
/// <param name="Call">The call.</param>
internal sealed record GatedOperation(string Name, Func<int> Call)
{
    /// <summary>Every benchmark there is, by name; none can be forgotten.</summary>
    public static IEnumerable<GatedOperation> All() =>
        from type in typeof(GatedOperation).Assembly.GetTypes()
        let methods = type.GetMethods().Where(method => method.IsDefined(typeof(BenchmarkAttribute))).ToArray()
        where methods.Length > 0
        let instance = Activator.CreateInstance(type)
        from method in methods
        let name = $"{type.Name}.{method.Name}"
        orderby name
        select new GatedOperation(name, method.CreateDelegate<Func<int>>(instance));
}

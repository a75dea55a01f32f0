using System.Diagnostics;
using System.Reflection;
using FastGate.Proxy.Server;

namespace FastGate.Proxy.Tests.Allocation;

/// <summary>A fact about optimised code only: without optimisation the compiler makes a class of every async method's state.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OptimizedFactAttribute : FactAttribute
{
    public OptimizedFactAttribute()
    {
        if (typeof(DataPlane).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled == true)
        {
            Skip = "Debug build: run with -c Release.";
        }
    }
}

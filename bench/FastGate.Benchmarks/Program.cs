using FastGate.Benchmarks;
using FastGate.Benchmarks.Gate;
using FastGate.Benchmarks.Stores;

return args switch
{
    ["--gate", ..] => AllocationGate.Run(args),
    ["--stores", ..] => StoreSizes.Run(args),
    _ => BenchmarkRun.Run(args),
};

using FastGate.Benchmarks;
using FastGate.Benchmarks.Gate;

return args is ["--gate", ..] ? AllocationGate.Run(args) : BenchmarkRun.Run(args);

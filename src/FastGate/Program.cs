using FastGate.CommandLine;

return await FastGateCommandLine.RunAsync(args, Surroundings.OfProcess());

using FastGate.Load.Measuring;

namespace FastGate.Load.Tests.Measuring;

public sealed class ProcessUsageTests
{
    [Fact]
    public void A_command_name_with_blanks_and_brackets_does_not_shift_the_fields() =>
        Assert.Equal(
            30,
            ProcessUsage.ParseCpuTicks("42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 10 20 7 7 20 0 1 0 100 1000 10 18446744073709551615"));

    [Theory]
    [InlineData("VmRSS:", 1234)]
    [InlineData("VmHWM:", 99)]
    [InlineData("VmSwap:", 0)]
    public void Memory_lines_are_found_by_name(string name, long expected) =>
        Assert.Equal(expected, ProcessUsage.ParseKilobytes("Name:\tx\nVmHWM:\t      99 kB\nVmRSS:\t    1234 kB\n", name));

    [Fact]
    public void This_process_has_used_memory_and_is_in_its_own_tree()
    {
        Assert.True(ProcessUsage.Of([Environment.ProcessId]).ResidentBytes > 0);
        Assert.Contains(Environment.ProcessId, ProcessUsage.Tree(Environment.ProcessId));
    }
}

using FastGate.Load.Compare;

namespace FastGate.Load.Tests.Compare;

public sealed class GatewayMetricsTests
{
    private const string Before = """
        # TYPE fastgate_overhead_seconds histogram
        fastgate_overhead_seconds_bucket{route="chat",le="0.000002"} 10
        fastgate_overhead_seconds_bucket{route="chat",le="0.000004"} 10
        fastgate_overhead_seconds_bucket{route="chat",le="+Inf"} 10
        fastgate_requests_total{route="chat",surface="openai",status="200"} 10
        fastgate_stream_events_total 7
        dotnet_gc_allocated_bytes_total 1000
        """;

    private const string After = """
        fastgate_overhead_seconds_bucket{route="chat",le="0.000002"} 60
        fastgate_overhead_seconds_bucket{route="other",le="0.000002"} 0
        fastgate_overhead_seconds_bucket{route="chat",le="0.000004"} 110
        fastgate_overhead_seconds_bucket{route="other",le="0.000004"} 0
        fastgate_overhead_seconds_bucket{route="chat",le="+Inf"} 110
        fastgate_overhead_seconds_bucket{route="other",le="+Inf"} 100
        fastgate_requests_total{route="chat",surface="openai",status="200"} 200
        fastgate_requests_total{route="chat",surface="openai",status="502"} 10
        fastgate_stream_events_total 9
        dotnet_gc_allocated_bytes_total 5000
        """;

    [Fact]
    public void Counters_are_read_and_labels_added_up()
    {
        var metrics = GatewayMetrics.Parse(After);
        Assert.Equal((5000.0, 210.0, 9.0), (metrics.AllocatedBytes, metrics.Requests, metrics.Events));
    }

    [Theory]
    // 50 of 200 lie in the first bucket, 50 in the second, 100 above the last edge.
    [InlineData(0.125, 1)]
    [InlineData(0.25, 2)]
    [InlineData(0.375, 3)]
    [InlineData(0.5, 4)]
    [InlineData(0.99, 4)]
    public void Shares_are_of_what_was_counted_between_two_readings(double share, double microseconds) =>
        Assert.Equal(microseconds, GatewayMetrics.Parse(After).OverheadMicroseconds(GatewayMetrics.Parse(Before), share), 6);

    [Fact]
    public void A_gateway_that_measures_no_time_of_its_own_has_none() =>
        Assert.True(double.IsNaN(GatewayMetrics.Parse("x 1").OverheadMicroseconds(GatewayMetrics.Parse("x 1"), 0.5)));
}

using System.Text;
using FastGate.Providers.OpenAi;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Model;

namespace FastGate.Proxy.Connections;

/// <content>What is measured of a request, once its answer is on its way.</content>
internal sealed partial class Exchange
{
    private bool _counted;

    private RouteMeters Meters => _context.Route?.Meters ?? (_context.Direct ? _plane.Metrics.Requests.Direct : _plane.Metrics.Requests.None);

    // A request that nobody was answered (the connection ended before it was whole) is no request.
    private void ObserveTimes()
    {
        if (_counted)
        {
            _counted = false;
            WorkTime work = _signal.Work;
            work.End();
            RouteMeters meters = Meters;
            meters.Requests.Observe(work.TotalNanoseconds);
            meters.OwnWork.Observe(work.OwnNanoseconds);
        }
    }

    // A wait that is not the gateway's own work. Off the usual path: waits there speak to the clock themselves.
    private async Task WaitAsync(Task waiting)
    {
        _signal.Work.Pause();
        try
        {
            await waiting.ConfigureAwait(false);
        }
        finally
        {
            _signal.Work.Resume();
        }
    }

    // The request goes on to the target that was just decided.
    private void CountFailover(string from, string reason)
    {
        string route = _context.Route?.Name ?? RequestCounters.DirectLabel;
        string to = _decision.Target!.Name;
        _plane.Metrics.Failovers.Count(route, from, to, reason);
        _plane.Events.PublishFailover(route, from, to, reason, Encoding.ASCII.GetString(_context.Id));
    }

    private static void ObserveAnswer(UpstreamTarget target, TimeSpan duration, in TokenUsage usage)
    {
        target.Meters.Answered.Increment();
        target.Meters.Attempts.Observe(duration);
        target.Meters.Count(usage);
    }
}

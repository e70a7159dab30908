using System.Net.Sockets;

namespace Whydrop.Lab.Workloads;

/// <summary>How the requests of a client group went.</summary>
/// <param name="All">Every request, in the order in which they ended.</param>
public sealed record RequestReport(IReadOnlyList<RequestOutcome> All)
{
    /// <summary>Requests answered.</summary>
    public int Answered => All.Count(o => o.Error is null);

    /// <summary>Requests that failed.</summary>
    public int Failed => All.Count - Answered;

    /// <summary>What the failed ones say.</summary>
    public IReadOnlyList<string> Failures => [.. All.Select(o => o.Failure).OfType<string>()];

    /// <summary>Requests that failed so.</summary>
    public int Count(SocketError error) => All.Count(o => o.Error == error);

    /// <summary>Requests that ended because patience did.</summary>
    public int TimedOut => Count(SocketError.WouldBlock) + Count(SocketError.TimedOut);

    /// <summary>Time of the slowest answered request.</summary>
    public TimeSpan Slowest => All.Where(o => o.Error is null).Select(o => o.Took).DefaultIfEmpty().Max();

    /// <summary>Answered requests that took at least so long.</summary>
    public int SlowerThan(TimeSpan time) => All.Count(o => o.Error is null && o.Took >= time);
}

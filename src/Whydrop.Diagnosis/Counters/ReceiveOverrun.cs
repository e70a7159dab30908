namespace Whydrop.Diagnosis.Counters;

/// <summary>The counters of receive queues that overran, by themselves: what is easily taken for loss in the network.</summary>
/// <param name="Rows">Those of them that are not 0.</param>
/// <param name="Summary">What they say together, in one or two sentences.</param>
public sealed record ReceiveOverrun(IReadOnlyList<CounterRow> Rows, string Summary)
{
    // It also counts probes and senders that ignore the window: by itself it says nothing of the queue.
    private const string BeyondWindow = "TcpExt.BeyondWindow";

    /// <summary>Counters that grow when a receive queue is over its buffer, gravest first: dropped, then thinned out or compacted.</summary>
    private static readonly string[] Names =
    [
        "TcpExt.TCPRcvQDrop", "TcpExt.TCPOFODrop", "TcpExt.RcvPruned", "TcpExt.OfoPruned", "TcpExt.TCPZeroWindowDrop", BeyondWindow, "TcpExt.TCPBacklogDrop", "TcpExt.PruneCalled", "TcpExt.TCPRcvCollapsed",
    ];

    // What net/ipv4/tcp_input.c throws away. PruneCalled and TCPRcvCollapsed make room without loss.
    private static readonly string[] Dropped = ["TcpExt.TCPRcvQDrop", "TcpExt.TCPOFODrop", "TcpExt.RcvPruned", "TcpExt.OfoPruned", "TcpExt.TCPZeroWindowDrop", "TcpExt.TCPBacklogDrop"];

    /// <summary>Why the first thing that comes to mind is not the first thing to do.</summary>
    public const string NotTheBuffer =
        "A larger net.ipv4.tcp_rmem is not the first answer: a program that reads too slowly fills any buffer, only later, and compacting a large queue takes longer. First find why it reads late "
        + "(CPU quota, garbage collection, a blocked thread) or whether it sets SO_RCVBUF itself, and whether the sender's bursts changed (congestion control, pacing); raise the buffer when it is smaller than rate times round trip.";

    /// <summary>Whether a counter is one of them.</summary>
    public static bool IsOne(string name) => Array.IndexOf(Names, name) >= 0;

    /// <summary>Its place among them, the gravest 0; last for any other counter.</summary>
    internal static int Rank(string name) => Array.IndexOf(Names, name) is >= 0 and var place ? place : int.MaxValue;

    /// <summary>Null when none of them is there, all are 0, or none of them tells of a queue.</summary>
    internal static ReceiveOverrun? Of(IReadOnlyList<CounterRow> rows)
    {
        var found = rows.Where(r => IsOne(r.Name) && r.Judged > 0 && r.Health != CounterHealth.Unknown).OrderBy(r => Rank(r.Name)).ToArray();
        if (found.All(r => r.Name == BeyondWindow))
        {
            return null;
        }

        var lost = found.Where(r => Dropped.Contains(r.Name)).ToArray();
        var since = found.Any(r => r.Delta is not null) ? "between the two readings" : "since this namespace was made";
        var again = rows.FirstOrDefault(r => r.Name == "Tcp.RetransSegs") is { Ratio: { } ratio, Health: not CounterHealth.Bad } sent
            ? $" Of what this host itself sends, {(sent.Judged == 0 ? "nothing" : $"only {CounterMeaning.Share(ratio)}")} was sent again: the trouble is in receiving." : "";
        var what = lost.Length > 0
            ? $"Receive queues overran {since}: segments that had arrived were dropped ({string.Join(", ", lost.Select(r => $"{Short(r)} {r.Judged}"))}). The sender sees loss; the network delivered."
            : $"Receive queues were over their buffer {since} ({string.Join(", ", found.Select(r => $"{Short(r)} {r.Judged}"))}); none of the counters of dropped segments is above 0 or they were not printed.";
        return new ReceiveOverrun(found, what + again);
    }

    private static string Short(CounterRow row) => row.Name[(row.Name.IndexOf('.', StringComparison.Ordinal) + 1)..];
}

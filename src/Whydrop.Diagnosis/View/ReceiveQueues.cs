namespace Whydrop.Diagnosis.View;

/// <summary>What the receive queues of one network namespace dropped between two readings.</summary>
/// <param name="Core">Packets for which there was no room in the queue.</param>
/// <param name="Total">These, and those that came when the window had been taken back or the out-of-order queue was thrown away.</param>
internal sealed record ReceiveQueues(long Core, long Total)
{
    // net/ipv4/tcp_input.c: tcp_try_rmem_schedule that fails counts RcvPruned, then TCPRcvQDrop or TCPOFODrop for the segment. Older kernels count RcvPruned only.
    internal const string Pruned = "TcpExt.RcvPruned";

    internal static readonly string[] Refused = ["TcpExt.TCPRcvQDrop", "TcpExt.TCPOFODrop"];

    private static readonly string[] Beyond = ["TcpExt.BeyondWindow", "TcpExt.TCPZeroWindowDrop", "TcpExt.OfoPruned"];

    /// <summary>Null when none of the counters was read twice.</summary>
    internal static ReceiveQueues? Of(NetworkStack stack)
    {
        long Grown(string name) => stack.Delta(name)?.Delta ?? 0;

        if (Refused.Append(Pruned).All(n => stack.Delta(n) is null))
        {
            return null;
        }

        var core = Math.Max(Refused.Sum(Grown), Grown(Pruned));
        return new ReceiveQueues(core, core + Beyond.Sum(Grown));
    }

    /// <summary>
    /// They dropped as many as were seen to arrive in vain. Counters of what lies beyond the window count probes of it too; what the queue itself refused must all
    /// be among what was seen, else it may belong to other connections, and what was seen died otherwise.
    /// </summary>
    internal bool Account(long frames) => Total > 0 && (Total >= frames || Counted.Agree(Total, frames)) && (Core <= frames || Counted.Agree(Core, frames));
}

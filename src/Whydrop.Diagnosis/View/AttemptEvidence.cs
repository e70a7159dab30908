using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>What would tell where attempts to open a connection end.</summary>
internal static class AttemptEvidence
{
    // A minute of attempts holds a whole ladder of SYNs (1, 3, 7, 15, 31, 63 s).
    private static readonly TimeSpan Watch = TimeSpan.FromMinutes(1);

    /// <summary>A capture where the server lives, and the counters there; less what the case already has.</summary>
    internal static IEnumerable<NextEvidence> For(CaseView view, Attempt attempt)
    {
        var end = view.Stacks.End(attempt.Connection, false);
        var server = attempt.ServerThere;
        if (attempt.SynArrived == Answer.Unknown)
        {
            yield return Capture(
                end?.At, $"tcp and host {server.Address} and port {server.Port}",
                $"whether the SYNs arrive at the host or pod that owns {server.Address}; at the same time as where they are sent");
        }

        if (end is null || view.Delta(end.At, "TcpExt.ListenDrops") is null)
        {
            yield return new NextEvidence(
                end?.At ?? VantagePoint.Unknown, $"{Enter(end?.At)}cat /proc/net/netstat /proc/net/snmp; {Enter(end?.At)}ss -ltnp", null,
                $"whether {server.Address} listens on port {server.Port}, and what its kernel counts; before and after attempts");
        }
    }

    /// <summary>A capture of a minute on the device of a namespace that faces the network; DEVICE where its name is not known.</summary>
    internal static NextEvidence Capture(VantagePoint? at, string filter, string why)
    {
        var device = at?.Interface ?? "DEVICE";
        var name = string.Join('-', new[] { at?.Node ?? "server", at?.Netns, at?.Interface ?? "device" }.Where(p => p is not null)).Replace('/', '-');
        return new NextEvidence(at ?? VantagePoint.Unknown, $"{Enter(at)}timeout 60 tcpdump -ni {device} -s 128 -w {name}.pcap '{filter}'", Watch, why);
    }

    /// <summary>What comes before a command to run it in that namespace.</summary>
    internal static string Enter(VantagePoint? at) => at?.Netns is { } netns ? $"ip netns exec {netns} " : "";
}

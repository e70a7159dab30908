using Whydrop.Diagnosis.View;
using Whydrop.Evidence;

namespace Whydrop.Diagnosis;

/// <summary>What would tell whether a namespace dropped what vanished there.</summary>
internal static class DroppedAtEvidence
{
    private static readonly TimeSpan Watch = TimeSpan.FromMinutes(1);

    /// <summary>Captures on both sides of it, and the counters and tables of the fault.</summary>
    internal static IEnumerable<NextEvidence> For(DroppedAt h, string commands)
    {
        var at = h.Stack.At;
        yield return new NextEvidence(at, string.Join("; ", commands.Split("; ").Select(c => AttemptEvidence.Enter(at) + c)), null, $"what {at} drops and why; before and after it happens");
        if (h.Gone is { Proven: true })
        {
            yield break;
        }

        var ends = h.Gone?.Ends(h.View).Select(e => e.To.Address).Distinct().ToArray() ?? [];
        var filter = ends.Length == 1 ? $"host {ends[0]}" : "tcp or icmp or icmp6";
        foreach (var device in h.View.Interfaces(at).Select(d => d.At.Interface).OfType<string>().Where(d => d != "lo" && !h.View.Captures.Any(c => c.At == at with { Interface = d })).Take(4).DefaultIfEmpty("DEVICE"))
        {
            yield return new NextEvidence(
                at with { Interface = device == "DEVICE" ? null : device }, $"{AttemptEvidence.Enter(at)}timeout 60 tcpdump -ni {device} -s 128 -w {at.Node ?? "node"}-{device}.pcap '{filter}'", Watch,
                $"whether it comes in and goes on at {at}; all devices at the same time");
        }
    }
}

using Whydrop.Evidence;

namespace Whydrop.Diagnosis.View;

/// <summary>Losses inside a host that takes datagrams out of a tunnel over UDP: they came in wrapped and never came out. The checksum of the outer datagram is tried there.</summary>
internal static class Unwrapping
{
    /// <summary>What the host counts when that checksum does not fit (net/ipv4/udp.c, net/ipv6/udp.c); it counts those of its other datagrams too.</summary>
    internal static IReadOnlyList<string> Damaged { get; } = ["Udp.InCsumErrors", "Udp6.InCsumErrors"];

    /// <summary>It was last seen wrapped in VXLAN or Geneve at a host, and is proven not to have come out there.</summary>
    internal static bool Lost(CaseView view, Loss loss) => loss.Placement is { AbsenceProven: true, MissingEncapsulation: null } p && p.At.Stack == p.MissingAt.Stack
        && view.Flow(new FlowKey(p.Capture, p.Flow)) is { } outer && Encapsulation.Kind(outer.Encapsulation) is "vxlan" or "geneve";

    /// <summary>Whether that host found none of them damaged; Unknown when its counters were not read twice, or disagree with how many were lost.</summary>
    internal static IEnumerable<Sighting> Sound(Hop hop)
    {
        var lost = hop.Losses.Where(l => Lost(hop.View, l)).ToArray();
        if (lost.Length == 0)
        {
            return [Sighting.Of(true, "none was lost in a host that unwraps")];
        }

        var grown = Damaged.Select(name => hop.View.Delta(lost[0].Placement!.At.Stack, name)).ToArray();
        return grown.Select((g, i) => g is not { } read ? Sighting.Unknown($"{Damaged[i]} of {lost[0].Placement!.At.Stack} was not read twice")
            : new Sighting(read.Delta == 0 ? Answer.Yes : Counted.Agree(read.Delta, lost.Length) ? Answer.No : Answer.Unknown, $"{Damaged[i]} of {lost[0].Placement!.At.Stack} +{read.Delta}, {lost.Length} lost", [read.From]));
    }
}

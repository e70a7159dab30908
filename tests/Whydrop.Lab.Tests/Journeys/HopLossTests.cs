using Whydrop.Case;
using Whydrop.Diagnosis.View;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Lab.Scoring;
using Whydrop.Lab.Topologies.Pods;

namespace Whydrop.Lab.Tests.Journeys;

/// <summary>Every lost range is placed on the hop where it died, through NAT and tunnels, whatever the clocks say; what a capture lacks widens the place and never moves it.</summary>
public class HopLossTests
{
    private static readonly string[] Hops = ["node-a", "fabric", "node-b"];

    [LabTheory]
    [InlineData(OverlayKind.Vxlan, false, true, 5)]
    [InlineData(OverlayKind.Ipip, false, false, 20)]
    [InlineData(OverlayKind.Vxlan, true, false, 50)]
    [InlineData(OverlayKind.Ipip, true, true, 1)]
    public void Every_lost_byte_is_placed_on_its_hop_and_none_is_invented(OverlayKind overlay, bool ipv6, bool offload, int perMille)
    {
        using var made = new HopLosses(overlay, ipv6, offload, perMille);

        var facts = Facts(made.Case);

        Assert.Equal(4 * made.Bytes, made.Moved);
        Assert.True(made.Lost.Total > 0);
        AllPlaced(made, facts);
        Assert.Empty(Conservation.Violations(facts));
    }

    [LabTheory]
    [InlineData(OverlayKind.Vxlan, false)]
    [InlineData(OverlayKind.Ipip, false)]
    [InlineData(OverlayKind.Ipip, true)]
    public void Other_clocks_move_nothing_and_missing_sight_only_widens(OverlayKind overlay, bool ipv6)
    {
        using var made = new HopLosses(overlay, ipv6, offload: overlay == OverlayKind.Vxlan, perMille: 15);
        var device = made.OverlayDevice;

        var clocks = new Dictionary<string, (TimeSpan Offset, double Ppm)>
        {
            ["client"] = (TimeSpan.FromHours(-3), 60), ["node-a"] = (TimeSpan.Zero, 0), ["node-b"] = (TimeSpan.FromHours(3), -90), ["server"] = (TimeSpan.FromMinutes(17), 25),
        };

        using (var shifted = new RewrittenCase(made.Case))
        {
            foreach (var (host, clock) in clocks)
                shifted.Shift(host, clock.Offset, clock.Ppm);
            var facts = Facts(shifted.Folder);
            AllPlaced(made, facts);
            Assert.Empty(Conservation.Violations(facts));
            var shortest = facts.Of<TcpFlow>().Where(f => f.At.Node == "client").Select(f => f.FromClient.MinRtt).OfType<TimeSpan>().Min();
            var compared = facts.Of<ClockComparison>().Where(c => c.Pieces.Count > 0).ToArray();
            Assert.True(compared.Select(c => c.At.Node).Distinct().Count() == clocks.Count);
            foreach (var clock in compared)
            {
                var expected = clocks[clock.At.Node!].Offset - clocks[clock.OtherAt.Node!].Offset;
                Assert.InRange((Assert.Single(clock.Pieces).Offset - expected).Duration(), TimeSpan.Zero, shortest);
            }
        }

        using (var late = new RewrittenCase(made.Case))
        {
            late.StartLate($"node-b/{device}.pcap", 0.3);
            Contained(made, Facts(late.Folder));
        }

        using (var dropping = new RewrittenCase(made.Case))
        {
            dropping.Drop($"node-b/{device}.pcap", oneIn: 40);
            Contained(made, Facts(dropping.Folder));
        }

        using (var everything = new RewrittenCase(made.Case))
        {
            foreach (var (host, clock) in clocks)
                everything.Shift(host, clock.Offset, clock.Ppm);
            everything.StartLate("server/eth0.pcap", 0.4);
            everything.Drop($"node-a/{device}.pcap", oneIn: 60);
            everything.Remove($"node-b/{device}.pcap");
            Contained(made, Facts(everything.Folder));
        }

        using var blind = new RewrittenCase(made.Case);
        blind.Remove("node-b/eth0.pcap");
        var unseen = Contained(made, Facts(blind.Folder)).Where(p => p.Hops.Contains("fabric")).Sum(p => p.Length);
        Assert.InRange(unseen, (made.Lost["fabric", true] + made.Lost["fabric", false]) * 99 / 100, made.Lost.Total);
    }

    private static FactSet Facts(string folder) => CaseLoader.Load([folder], CaseOptions.Default).Facts;

    /// <summary>What was lost is placed around its hop, nothing else is; of two transmissions that follow each other faster than a hop takes, either may be the one that a place saw, and both are told of the wider way.</summary>
    private static void AllPlaced(HopLosses made, FactSet facts)
    {
        var proven = Contained(made, facts);
        Assert.InRange(proven.Sum(p => p.Length), made.Lost.Total * 995 / 1000, made.Lost.Total);
        Assert.InRange(proven.Where(p => p.Hops.Length == 1).Sum(p => p.Length), made.Lost.Total * 99 / 100, made.Lost.Total);
    }

    /// <summary>Each proven absence lies around a hop that loses, and no hop is given more than it lost.</summary>
    private static (string[] Hops, bool FromClient, long Length)[] Contained(HopLosses made, FactSet facts)
    {
        var proven = facts.Of<SegmentPlacement>().Where(p => p.AbsenceProven).Select(p => (Hops: Between(facts, p, made.OverlayDevice), p.FromClient, Length: (long)p.Length)).ToArray();
        Assert.All(proven, p => Assert.NotEmpty(p.Hops));
        foreach (var (hop, toServer) in Hops.SelectMany(h => new[] { (h, true), (h, false) }))
            Assert.InRange(proven.Where(p => p.FromClient == toServer && p.Hops is [var only] && only == hop).Sum(p => p.Length), 0, made.Lost[hop, toServer]);
        Assert.InRange(proven.Sum(p => p.Length), made.Lost.Total / 2, made.Lost.Total);
        return proven;
    }

    /// <summary>The losing hops between the last sighting and the place where it is missing.</summary>
    private static string[] Between(FactSet facts, SegmentPlacement p, string device)
    {
        var wrapped = facts.Of<TcpFlow>().Single(f => f.Capture == p.Capture && f.Flow == p.Flow).Encapsulation is not null;
        var (from, to) = (Place(p.At, wrapped, device), Place(p.MissingAt, p.MissingEncapsulation is not null, device));
        return [.. Hops.Where((_, i) => Math.Min(from, to) <= (2 * i) + 1 && Math.Max(from, to) >= (2 * i) + 2)];
    }

    /// <summary>Number of the place on the way: client 0, in at node-a 1, its tunnel 2, wrapped 3, wrapped at node-b 4, its tunnel 5, out to the pod 6, the pod 7.</summary>
    private static int Place(VantagePoint at, bool wrapped, string device) => (at.Node, at.Interface == device, wrapped) switch
    {
        ("client", _, _) => 0,
        ("node-a", true, _) => 2,
        ("node-a", _, false) => 1,
        ("node-a", _, true) => 3,
        ("node-b", _, true) => 4,
        ("node-b", true, _) => 5,
        ("node-b", _, false) => 6,
        _ => 7,
    };
}

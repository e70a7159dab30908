using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;

namespace Whydrop.Diagnosis.Tests;

public class PmtuBlackholeTests
{
    [Fact]
    public void Both_sides_of_the_node_confirm_it_at_the_device()
    {
        var d = Diagnose.Run(Facts.BothSides().Set);
        var first = d.Verdicts[0];
        Assert.Equal(Outcome.Fault, d.Outcome);
        Assert.Equal("pmtu-blackhole", first.Fault.Id);
        Assert.Equal(VerdictStatus.Confirmed, first.Status);
        Assert.Equal(new Scope("node-a", null, "tunl0"), first.Scope);
        Assert.Contains("1450 > 1440, DF", first.Summary, StringComparison.Ordinal);
        Assert.Equal(new Explains(7, 7, 7 * 1398), first.Explains);
        Assert.Equal(7, first.Frames.Count);
        Assert.Contains("--set-mss 1400", first.Remedy, StringComparison.Ordinal);
        var row = Assert.Single(d.Ledger.Rows, r => r.Lost);
        Assert.Equal((Facts.NodeEth0, Facts.NodeTunl0, 7L, 7L), (row.LastSeen, row.MissingAt, row.Segments, row.Explained));
        Assert.Equal(9, d.Ledger.DataSegments);
        Assert.Equal(0, d.Ledger.Unexplained);
    }

    [Fact]
    public void Where_nothing_was_collected_it_says_what_to_collect()
    {
        var d = Diagnose.Run(new FactSet([]));
        Assert.Equal(Outcome.Inconclusive, d.Outcome);
        Assert.Contains(d.NextEvidence, n => n.Command.Contains("tcpdump", StringComparison.Ordinal));
        Assert.Contains(d.NextEvidence, n => n.Command.Contains("netstat -s", StringComparison.Ordinal));
        Assert.DoesNotContain(d.NextEvidence, n => n.Command.Contains("-i any", StringComparison.Ordinal));
    }

    [Fact]
    public void One_side_with_the_interface_table_suspects_the_device_and_names_the_missing_capture()
    {
        var d = Diagnose.Run(Facts.FrontOnly().Set);
        Assert.Equal(("pmtu-blackhole", VerdictStatus.Suspected, "tunl0"), (d.Verdicts[0].Fault.Id, d.Verdicts[0].Status, d.Verdicts[0].Scope.Interface));
        Assert.Contains(d.NextEvidence, n => n.Where == Facts.NodeTunl0 && n.Command.Contains("tcpdump -ni tunl0 -s 128", StringComparison.Ordinal));
        Assert.DoesNotContain(d.NextEvidence, n => n.Command.Contains("-i any", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_an_interface_table_it_is_suspected_and_not_placed()
    {
        var d = Diagnose.Run(Facts.FrontOnly(devices: false).Set);
        Assert.Equal(("pmtu-blackhole", VerdictStatus.Suspected), (d.Verdicts[0].Fault.Id, d.Verdicts[0].Status));
        Assert.Null(d.Verdicts[0].Scope.Interface);
        Assert.Contains(d.NextEvidence, n => n.Command.Contains("ip -d link", StringComparison.Ordinal));
    }

    [Fact]
    public void Path_mtu_discovery_at_work_is_no_fault()
    {
        var f = new Facts().Capture(0, Facts.NodeEth0).Flow(0, Facts.NodeEth0, 20, 20000)
            .Sizes(0, Facts.NodeEth0, 0, true, (1440, 20, 0), (1450, 0, 3))
            .Tally(0, Facts.NodeEth0, Fate.Delivered, 20, 20000, 20000).Tally(0, Facts.NodeEth0, Fate.LostAfter, 3, 3 * 1398, 0);
        for (var i = 0u; i < 3; i++)
        {
            f.Lost(0, Facts.NodeEth0, 1000 + i * 1398, 1398, 1450, never: false);
        }

        var d = Diagnose.Run(f.Device(Facts.NodeTunl0, 1440, "ipip").Device(Facts.NodeEth0, 1500).Set);
        Assert.Equal(Outcome.Healthy, d.Outcome);
        Assert.DoesNotContain(d.Verdicts, v => v.Status is VerdictStatus.Confirmed or VerdictStatus.Suspected or VerdictStatus.Contested);
        Assert.Contains(d.Artefacts, a => a.Id == "path-mtu-discovery");
        Assert.Equal(0, d.Ledger.Unexplained);
    }

    [Fact]
    public void Missing_once_wrapped_names_the_tunnel_that_wraps()
    {
        var f = Facts.FrontOnly(true, 1430, 1410).Capture(1, Facts.NodeEth0)
            .Flow(1, Facts.NodeEth0, 2, 1311, client: "10.9.0.1", server: "10.244.1.5", encapsulation: "vxlan vni 1 10.1.0.80>10.1.0.81")
            .Paired(0, Facts.NodeEth0, 1, Facts.NodeEth0).Device(new VantagePoint("node-a", null, "flannel.1"), 1420, "vxlan");
        for (var i = 0; i < 7; i++)
        {
            f.Placed(Facts.NodeEth0, 0, Facts.NodeEth0, 1, 2883, 1398, 1430, 1 + 0.2 * Math.Pow(2, i), 1359, "vxlan vni 1 10.1.0.80>10.1.0.81");
        }

        var first = Diagnose.Run(f.Set).Verdicts[0];
        Assert.Equal(("pmtu-blackhole", VerdictStatus.Confirmed, "flannel.1"), (first.Fault.Id, first.Status, first.Scope.Interface));
        Assert.Contains("1430 > 1420, DF", first.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unproven_absence_is_no_proof()
    {
        var set = Facts.BothSides().Set;
        var unproven = new FactSet(set.All.Select(x => x is SegmentPlacement p ? p with { AbsenceProven = false } : x));
        var first = Diagnose.Run(unproven).Verdicts[0];
        Assert.Equal(("pmtu-blackhole", VerdictStatus.Suspected), (first.Fault.Id, first.Status));
    }

    [Fact]
    public void Losing_any_kind_of_fact_never_makes_anything_surer()
    {
        foreach (var set in new[] { Facts.BothSides().Set, Facts.FrontOnly().Set, Facts.FrontOnly(devices: false).Set })
        {
            Weakening.Check(set);
        }
    }
}

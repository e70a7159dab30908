using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;
using Path = Whydrop.Tcp.Tests.Building.Path;

namespace Whydrop.Tcp.Tests.Fates;

/// <summary>Simulated paths with known truth: no delivered segment is called lost, and (nearly) every lost one is found.</summary>
public class TruthTests
{
    public static TheoryData<string, Path> Paths()
    {
        var paths = new TheoryData<string, Path>();
        for (var seed = 1; seed <= 12; seed++)
        {
            var near = seed % 3;
            var (up, down) = near switch { 0 => (0.05, 20.0), 1 => (10.0, 10.0), _ => (20.0, 0.05) };
            var at = new Path { Seed = seed, Upstream = up, Downstream = down };
            paths.Add($"down {seed}", at with { LossDownstream = 0.03 });
            paths.Add($"up {seed}", at with { LossUpstream = 0.03 });
            paths.Add($"both {seed}", at with { LossUpstream = 0.02, LossDownstream = 0.02 });
            paths.Add($"acks {seed}", at with { LossDownstream = 0.02, AckLossDownstream = 0.1, AckLossUpstream = 0.1 });
            paths.Add($"reorder {seed}", at with { ReorderUpstream = 0.03, ReorderDownstream = 0.03 });
            paths.Add($"all {seed}", at with { LossUpstream = 0.02, LossDownstream = 0.02, AckLossDownstream = 0.05, AckLossUpstream = 0.05, ReorderUpstream = 0.02, ReorderDownstream = 0.02 });
            paths.Add($"no timestamps {seed}", at with { LossUpstream = 0.02, LossDownstream = 0.02, Timestamps = false });
            paths.Add($"no sack {seed}", at with { LossUpstream = 0.02, LossDownstream = 0.02, Sack = false });
            paths.Add($"no id {seed}", at with { LossUpstream = 0.02, LossDownstream = 0.02, ZeroIpId = true });
            paths.Add($"heavy {seed}", at with { LossUpstream = 0.1, LossDownstream = 0.1 });
            paths.Add($"wrap {seed}", at with { LossUpstream = 0.02, LossDownstream = 0.02, Isn = uint.MaxValue - 100_000 });
        }

        return paths;
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Claims_agree_with_the_truth(string name, Path path)
    {
        var simulation = new Simulation(path);
        var result = simulation.Run().Analyse();
        var byFrame = simulation.Transmissions.Where(t => t.Frame != 0).ToDictionary(t => (long)t.Frame);
        var fates = result.Of<SegmentFate>();

        foreach (var fate in fates.Where(f => f.Fate == Fate.LostAfter && f.Proven))
        {
            var truth = byFrame[fate.From.Frame!.Value].Truth;
            Assert.True(truth == Truth.LostDownstream, $"{name}: {fate} but {truth}");
        }

        var lostDown = simulation.Transmissions.Count(t => t.Truth == Truth.LostDownstream);
        var found = fates.Count(f => f.Fate == Fate.LostAfter);
        var lostUp = simulation.Transmissions.Count(t => t.Truth == Truth.LostUpstream);
        var foundUp = fates.Count(f => f.Fate == Fate.LostBefore);
        Assert.True(found >= lostDown * 0.85 - 1, $"{name}: {found} of {lostDown} lost after");
        Assert.True(found <= lostDown * 1.1 + 1, $"{name}: {found} of {lostDown} lost after");
        Assert.True(foundUp <= lostUp, $"{name}: {foundUp} of {lostUp} lost before: {string.Join("\n", fates.Where(f => f.Fate == Fate.LostBefore))}");
        Assert.True(foundUp >= lostUp * 0.6 - 1, $"{name}: {foundUp} of {lostUp} lost before");
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void The_ledger_conserves_what_was_sent(string name, Path path)
    {
        var simulation = new Simulation(path);
        var result = simulation.Run().Analyse();

        var seen = simulation.Transmissions.Count(t => t.Frame != 0);
        var tallies = result.Of<FateTally>();
        var unseen = tallies.Where(t => t.Fate is Fate.LostBefore or Fate.NotCaptured).Sum(t => t.Segments);
        Assert.True(seen == tallies.Sum(t => t.Segments) - unseen, $"{name}: {string.Join(", ", tallies.Select(t => $"{t.Fate} {t.Segments}"))} of {seen}");
        Assert.Equal(seen * (long)path.SegmentLength, tallies.Where(t => t.Fate is not (Fate.LostBefore or Fate.NotCaptured)).Sum(t => t.Bytes));
        Assert.All(tallies, t => Assert.InRange(t.UniqueBytes, 0, t.Bytes));
        Assert.All(tallies, t => Assert.True(t.Segments >= 0));

        // Every distinct byte has one end. What never passed and was never acknowledged is no byte of the sender's account.
        var flow = Assert.Single(result.Of<TcpFlow>());
        var neverPassed = result.Of<SegmentFate>().Where(f => f is { Fate: Fate.LostBefore, NeverDelivered: true }).Sum(f => (long)f.Length);
        var sent = simulation.Transmissions.Where(t => t.Frame != 0).Select(t => t.Index).Distinct().Count() * (long)path.SegmentLength;
        var notSeen = tallies.Where(t => t.Fate == Fate.NotCaptured).Sum(t => t.UniqueBytes);
        Assert.Equal(sent + notSeen, flow.FromClient.UniqueBytes);
        Assert.InRange(tallies.Sum(t => t.UniqueBytes) - flow.FromClient.UniqueBytes, 0, neverPassed);
    }
}

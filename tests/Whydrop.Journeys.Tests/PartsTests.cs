using Whydrop.Evidence;
using Whydrop.Evidence.Capture;
using Whydrop.Evidence.Journeys;
using Whydrop.Journeys.Tests.Simulation;

namespace Whydrop.Journeys.Tests;

/// <summary>Captures of more segments than are kept at a time are joined part by part, with the same result.</summary>
public sealed class PartsTests
{
    [Theory]
    [InlineData(4_000)]
    [InlineData(6_000)]
    [InlineData(9_000)]
    public void Parts_tell_what_the_whole_tells(long mostRecords)
    {
        var path = Path();

        var whole = SimFacts.JoinAll(path.Front, path.Node, path.Worker, path.Pod);
        var parts = SimFacts.JoinAll(mostRecords, path.Front, path.Node, path.Worker, path.Pod);

        Assert.True(whole.OfType<HopSummary>().Sum(h => h.SegmentsIn) > mostRecords * 2);
        Assert.NotEmpty(whole.Placements());
        Assert.DoesNotContain(parts.OfType<Gap>(), g => g.Kind == GapKind.Limited);
        Assert.Equal(Told(whole), Told(parts));
    }

    [Fact]
    public void What_does_not_fit_any_part_is_a_gap()
    {
        var path = Path();

        var parts = SimFacts.JoinAll(300, path.Front, path.Node, path.Worker, path.Pod);

        Assert.Contains(parts.OfType<Gap>(), g => g.Kind == GapKind.Limited && g.Reason.EndsWith("more than 300 segments", StringComparison.Ordinal));
    }

    private static NodePortPath Path()
    {
        var path = new NodePortPath(seed: 5);
        path.Drops = (hop, p) => p.Flow % 10 == 3 && hop == 2 && p is { Length: > 0, Transmission: 1 } && p.StreamOffset % (1448 * 7) == 1;
        _ = path.Play([.. Enumerable.Range(0, 40).Select(n => path.Flow(n, n * 3_000_000L) with { Requests = NodePortPath.Sizes(150), Responses = NodePortPath.Sizes(20, 900) })]);
        return path;
    }

    /// <summary>Without delays: parts compare the clocks by fewer samples.</summary>
    private static IEnumerable<string> Told(IReadOnlyList<Fact> facts) => facts.Select(f => f switch
    {
        HopSummary h => $"hop {h.Capture} {h.Flow} {h.FromClient} {h.OtherCapture} {h.OtherFlow} {h.SegmentsIn} {h.SegmentsOut} {h.Lost} {h.Unproven} {h.Late} {h.Duplicated}",
        SegmentPlacement p => $"lost {p.From} {p.Sequence} {p.Length} {p.MissingAt} {p.AbsenceProven} {string.Join(',', p.SeenAt)}",
        FlowPairing p => $"pair {p.Capture} {p.Flow} {p.OtherCapture} {p.OtherFlow} {p.MatchedSegments} {p.Translated}",
        _ => $"{f.GetType().Name} {f.From}",
    }).Order(StringComparer.Ordinal);
}

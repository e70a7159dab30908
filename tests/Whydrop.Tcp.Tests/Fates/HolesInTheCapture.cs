using Whydrop.Evidence.Capture;
using Whydrop.Tcp.Tests.Building;

namespace Whydrop.Tcp.Tests.Fates;

/// <summary>A capture that itself missed frames, of data and of acknowledgments, in both directions.</summary>
public class HolesInTheCapture
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_was_seen_is_what_is_accounted_for(int seed)
    {
        var result = new BlindTalk(seed).Trace.Analyse();

        var senders = result.Of<TcpFlow>().SelectMany(f => new[] { f.FromClient, f.FromServer }).ToArray();
        var tallies = result.Of<FateTally>();
        var seen = tallies.Where(t => t.Fate is not (Fate.LostBefore or Fate.NotCaptured or Fate.Copied)).ToArray();
        var neverHere = result.Of<SegmentFate>().Where(f => f is { Fate: Fate.LostBefore, NeverDelivered: true }).Sum(f => (long)f.Length);
        Assert.All(tallies, t => Assert.True(t.Segments >= 0 && t.Bytes >= 0 && t.UniqueBytes >= 0 && t.UniqueBytes <= t.Bytes, t.ToString()));
        Assert.Equal(senders.Sum(s => s.Segments), seen.Sum(t => t.Segments));
        Assert.Equal(senders.Sum(s => s.Bytes), seen.Sum(t => t.Bytes));
        Assert.Equal(senders.Sum(s => s.UniqueBytes) + neverHere, tallies.Sum(t => t.UniqueBytes));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Nothing_that_arrived_is_proven_lost(int seed)
    {
        var talk = new BlindTalk(seed);

        var proven = talk.Trace.Analyse().Of<SegmentFate>().Where(f => f is { Fate: Fate.LostAfter, Proven: true }).ToArray();

        Assert.All(proven, f => Assert.Contains(f.From.Frame!.Value, talk.Lost));
    }
}

using Whydrop.Capture;
using Whydrop.Evidence;
using Whydrop.Evidence.Capture;

namespace Whydrop.Tcp.Tests.Corpus;

/// <summary>The captures of the examples: each a whole account in which nothing stays open.</summary>
public class ExampleLedgers
{
    public static TheoryData<string> Captures()
    {
        var captures = new TheoryData<string>();
        foreach (var path in Directory.EnumerateFiles(Folder(), "*.pcap", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            captures.Add(System.IO.Path.GetRelativePath(Folder(), path));
        }

        return captures;
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void Everything_acknowledged_is_delivered_and_every_byte_has_one_end(string capture)
    {
        using var file = CaptureFile.Open(System.IO.Path.Combine(Folder(), capture));
        using var analysis = TcpAnalysis.Run(file);
        var facts = analysis.Facts(capture, 0, _ => VantagePoint.Unknown).ToList();
        var tallies = facts.OfType<FateTally>().ToList();
        var senders = facts.OfType<TcpFlow>().SelectMany(f => new[] { f.FromClient, f.FromServer }).ToList();
        var fates = facts.OfType<SegmentFate>().ToList();

        Assert.DoesNotContain(tallies, t => t.Fate is Fate.Unknown or Fate.NotCaptured);
        Assert.All(tallies, t => Assert.InRange(t.UniqueBytes, 0, t.Bytes));
        Assert.Equal(senders.Sum(s => s.Bytes), tallies.Where(t => t.Fate != Fate.LostBefore).Sum(t => t.Bytes));
        Assert.Equal(senders.Sum(s => s.Segments), tallies.Where(t => t.Fate != Fate.LostBefore).Sum(t => t.Segments));
        var neverHere = fates.Where(f => f is { Fate: Fate.LostBefore, NeverDelivered: true }).Sum(f => (long)f.Length);
        Assert.Equal(senders.Sum(s => s.UniqueBytes) + neverHere, tallies.Sum(t => t.UniqueBytes));
        Assert.All(fates, f => Assert.True(f.Length > 0, f.ToString()));
        foreach (var tally in tallies.Where(t => t.Fate != Fate.Delivered))
        {
            Assert.Equal((tally.Segments, tally.Bytes), (fates.Count(f => f.Fate == tally.Fate), fates.Where(f => f.Fate == tally.Fate).Sum(f => (long)f.Length)));
        }
    }

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Whydrop.slnx")))
        {
            folder = folder.Parent;
        }

        return System.IO.Path.Combine(folder!.FullName, "examples");
    }
}
